// SPDX-License-Identifier: MIT
//
// The address bar, taken apart and put together. It holds all that a view
// depends on, so that every view can be linked to.

// "/models/:model/inside" as its segments.
export type Pattern = readonly string[];

export type Parameters = Readonly<Record<string, string>>;
export type Query = Readonly<Record<string, string>>;

// Changes to a query; undefined and "" take a name out.
export type QueryChange = Readonly<
  Record<string, string | number | boolean | undefined>
>;

export function pattern(text: string): Pattern {
  return text.split('/').filter((segment) => segment !== '');
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

// The parameters of a path that fits; undefined: it doesn't.
export function match(pattern: Pattern, path: string): Parameters | undefined {
  const segments = path.split('/').filter((segment) => segment !== '');
  if (segments.length !== pattern.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, expected] of pattern.entries()) {
    const segment = segments[index]!;
    if (expected.startsWith(':')) {
      parameters[expected.slice(1)] = decode(segment);
    } else if (expected !== segment) {
      return undefined;
    }
  }
  return parameters;
}

// A value within a path or a query, with what people read left as it is:
// "names@3", not "names%403".
function encode(text: string): string {
  return encodeURIComponent(text)
    .replaceAll('%40', '@')
    .replaceAll('%3A', ':')
    .replaceAll('%2C', ',');
}

export function readQuery(search: string): Query {
  return Object.fromEntries(new URLSearchParams(search));
}

export function changeQuery(query: Query, change: QueryChange): Query {
  const result: Record<string, string> = { ...query };
  for (const [name, value] of Object.entries(change)) {
    if (value === undefined || value === '' || value === false) {
      delete result[name];
    } else {
      result[name] = value === true ? '1' : String(value);
    }
  }
  return result;
}

// An address of a path's segments: href(['models', 'names@3'], {step: 5}).
export function href(
  segments: readonly string[],
  change: QueryChange = {},
): string {
  return withQuery('/' + segments.map(encode).join('/'), change);
}

// An address of a path as it stands in another one.
export function withQuery(path: string, change: QueryChange): string {
  const query = Object.entries(changeQuery({}, change));
  if (query.length === 0) return path;
  return (
    path + '?' + query.map(([k, v]) => `${encode(k)}=${encode(v)}`).join('&')
  );
}
