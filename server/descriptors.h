// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_DESCRIPTORS_H_
#define MICROGPT_SERVER_DESCRIPTORS_H_

namespace microgpt::server {

// Lets the process have as many descriptors as the system allows it. The usual
// limit of 1024 is there for select(), which nothing here uses; a thousand idle
// connections of one transport would leave the other none.
void RaiseDescriptorLimit();

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_DESCRIPTORS_H_
