#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Plants wrong includes in a tree of its own and sees check_includes fail."""

import pathlib
import runpy
import subprocess
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).with_name("check_includes")
LEVELS = runpy.run_path(str(SCRIPT))["LEVELS"]


class CheckIncludesTest(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        # What every tree of these tests begins with: all arrows point down.
        for area, levels in LEVELS.items():
            for folder in sum(levels, []):
                (self.root / area / folder).mkdir(parents=True, exist_ok=True)
        self.write("core/errors/errors.h", '#include "absl/status/status.h"')
        self.write("core/text/corpus.h", '#include "core/errors/errors.h"')
        self.write("server/store/store.h", '#include "core/text/corpus.h"')
        self.write("server/rpc/train.cc",
                   '#include <grpcpp/grpcpp.h>\n'
                   '#include "microgpt/v1/microgpt.pb.h"\n'
                   '#include "server/handlers/train.h"')
        self.write("client/commands/train.cc",
                   '#include "client/output/output.h"\n'
                   '#include "microgpt/v1/microgpt.pb.h"')

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n")

    def check(self):
        return subprocess.run([SCRIPT, self.root], text=True,
                              capture_output=True, check=False)

    def assert_passes(self):
        result = self.check()
        self.assertEqual((result.returncode, result.stdout), (0, ""))

    def assert_refuses(self, name, include, reason):
        """A file with this one include is refused, at its line, for `reason`."""
        self.write(name, f"// A comment.\n\n#include {include}")
        result = self.check()
        bare = include.strip('"<>')
        self.assertEqual(result.stdout, f"{name}:3: {bare}: {reason}\n")
        self.assertEqual(result.returncode, 1)
        (self.root / name).unlink()

    def test_a_tree_with_every_arrow_downwards_passes(self):
        self.assert_passes()

    def test_a_folder_without_sources_is_refused(self):
        with tempfile.TemporaryDirectory() as empty:
            self.root = pathlib.Path(empty)
            self.assertNotEqual(self.check().returncode, 0)

    def test_core_knows_neither_server_nor_client(self):
        reason = "core knows nothing of its users"
        for include in ('"server/store/store.h"', '"client/output/table.h"',
                        "<server/store/store.h>"):
            self.assert_refuses("core/text/new.cc", include, reason)
            self.assert_refuses("core/text/new_test.cc", include, reason)

    def test_core_knows_no_transport(self):
        for include in ("<grpc/grpc.h>", "<grpcpp/grpcpp.h>",
                        '"google/protobuf/message.h"',
                        '"google/rpc/status.pb.h"',
                        '"microgpt/v1/microgpt.pb.h"'):
            self.assert_refuses("core/model/new.h", include,
                                "core is free of transport")

    def test_core_knows_neither_databases_nor_the_network(self):
        for include in ("<sqlite3.h>", "<libpq-fe.h>", "<postgresql/libpq-fe.h>"):
            self.assert_refuses("core/model/new.h", include,
                                "core is free of databases")
        for include in ("<sys/socket.h>", "<sys/un.h>", "<netinet/in.h>",
                        "<netinet/tcp.h>", "<arpa/inet.h>", "<netdb.h>",
                        "<boost/beast/core.hpp>", "<boost/asio.hpp>",
                        "<openssl/ssl.h>", "<curl/curl.h>"):
            self.assert_refuses("core/model/new.h", include,
                                "core is free of the network")
        self.write("core/text/new.cc", "#include <openssl/evp.h>")  # SHA-256
        self.assert_passes()

    def test_inside_core_arrows_point_to_earlier_levels(self):
        for who, whom in (("errors", "text"), ("text", "random"),
                          ("random", "kernels"), ("kernels", "model"),
                          ("model", "training"), ("training", "generation"),
                          ("generation", "training"),
                          ("training", "reference"),
                          ("model", "reference")):
            self.assert_refuses(f"core/{who}/new.cc", f'"core/{whom}/old.h"',
                                f"core/{who} must not know core/{whom}")

    def test_the_reference_does_not_use_what_it_judges(self):
        for judged in ("kernels", "model"):
            self.assert_refuses(
                "core/reference/new.cc", f'"core/{judged}/old.h"',
                "the reference shares nothing with what it judges")

    def test_tests_may_use_every_folder_of_their_area(self):
        self.write("core/model/new_test.cc",
                   '#include "core/reference/microgpt.cc"\n'
                   '#include "core/testdata/golden.h"\n'
                   '#include "core/training/trainer.h"')
        self.write("server/testing/server.h",
                   '#include <grpcpp/channel.h>\n'
                   '#include "microgpt/v1/microgpt.grpc.pb.h"\n'
                   '#include "server/server.h"')
        self.write("server/server_test.cc", '#include "server/testing/server.h"')
        self.write("client/end_to_end/fake_server.h", '#include "client/cli.h"')
        self.write("client/cli_test.cc",
                   '#include "client/end_to_end/fake_server.h"')
        self.assert_passes()

    def test_what_is_for_tests_is_used_by_tests_only(self):
        for who, include in (
                ("server/rpc/new.cc", '"core/testdata/golden.h"'),
                ("core/model/new.cc", '"core/testdata/golden.h"'),
                ("core/model/new.cc", '"core/model/scalar_autograd.h"'),
                ("server/main.cc", '"server/testing/server.h"'),
                ("client/main.cc", '"client/end_to_end/fake_server.h"'),
                ("server/handlers/new.cc", '"server/testing/server.h"')):
            self.assert_refuses(who, include, "this is for tests")

    def test_the_client_knows_neither_core_nor_server(self):
        for include in ('"core/text/corpus.h"', '"server/store/store.h"'):
            self.assert_refuses("client/output/new.cc", include,
                                "the client knows only the API")

    def test_the_server_does_not_know_the_client(self):
        self.assert_refuses("server/rpc/new.cc", '"client/output/table.h"',
                            "the server knows nothing of its users")

    def test_only_rpc_speaks_grpc(self):
        for folder in ("handlers", "jobs", "registry", "store"):
            self.assert_refuses(f"server/{folder}/new.cc", "<grpcpp/grpcpp.h>",
                                "only server/rpc speaks gRPC")

    def test_only_rpc_and_handlers_know_messages(self):
        self.write("server/handlers/new.h",
                   '#include "microgpt/v1/microgpt.pb.h"')
        self.assert_passes()
        for folder in ("jobs", "registry", "store"):
            for include in ('"microgpt/v1/microgpt.pb.h"',
                            "<google/protobuf/message.h>"):
                self.assert_refuses(
                    f"server/{folder}/new.cc", include,
                    "only transports and server/handlers know messages")

    def test_inside_server_arrows_point_to_earlier_levels(self):
        for who, whom in (("errors", "threads"), ("threads", "store"),
                          ("store", "jobs"), ("jobs", "registry"),
                          ("registry", "handlers"),
                          ("jobs", "handlers"), ("store", "handlers"),
                          ("handlers", "rpc")):
            self.assert_refuses(f"server/{who}/new.cc", f'"server/{whom}/old.h"',
                                f"server/{who} must not know server/{whom}")
        self.assert_refuses("server/rpc/new.cc", '"server/options.h"',
                            "server/rpc must not know server/")

    def test_inside_client_arrows_point_to_earlier_levels(self):
        for who, whom in (("output", "connection"), ("output", "command_line"),
                          ("connection", "command_line"),
                          ("command_line", "connection"),
                          ("connection", "commands"),
                          ("command_line", "commands"), ("output", "commands")):
            self.assert_refuses(f"client/{who}/new.cc", f'"client/{whom}/old.h"',
                                f"client/{who} must not know client/{whom}")
        self.assert_refuses("client/commands/new.cc", '"client/cli.h"',
                            "client/commands must not know client/")

    def test_a_level_without_a_folder_is_refused(self):
        (self.root / "server/registry").rmdir()
        result = self.check()
        self.assertEqual(result.stdout, "scripts/check_includes: server/registry "
                                        "has a level, but is no folder\n")
        self.assertEqual(result.returncode, 1)

    def test_sources_of_other_names_are_refused(self):
        for name in ("core/text/new.cpp", "server/jobs/new.cxx", "client/new.C",
                     "core/new/deep/new.hpp", "server/new.hh", "core/new.inc"):
            self.write(name, "")
            result = self.check()
            self.assertEqual(result.stdout,
                             f"{name}: sources end in .cc, headers in .h\n")
            self.assertEqual(result.returncode, 1)
            (self.root / name).unlink()

    def test_a_folder_without_a_level_is_refused(self):
        self.assert_refuses("core/news/new.h", '"core/text/corpus.h"',
                            "core/news has no level in scripts/check_includes")

    def test_includes_are_written_from_the_root(self):
        reason = "paths are written from the root of the repository"
        self.assert_refuses("core/text/new.cc", '"corpus.h"', reason)
        self.assert_refuses("core/text/new.cc", '"../errors/errors.h"', reason)

    def test_a_detour_does_not_hide_an_arrow(self):
        self.write("core/text/new.cc", '  #  include "core/../server/main.h"')
        self.assertIn("core knows nothing of its users", self.check().stdout)

    def test_sources_are_not_included(self):
        self.assert_refuses("core/text/new.cc", '"core/text/corpus.cc"',
                            "a source is linked, not included")

    def test_every_wrong_line_is_reported(self):
        self.write("core/text/new.cc",
                   "#include <grpc/grpc.h>\n#include <sqlite3.h>")
        self.assertEqual(self.check().stdout.count("\n"), 2)


if __name__ == "__main__":
    unittest.main()
