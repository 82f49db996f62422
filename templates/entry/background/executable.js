// Formats of programs: ELF, PE and Mach-O, with the platforms that they run on.

const ARCHITECTURES = {
  elf: { 0x3e: "x64", 0xb7: "arm64" },
  pe: { 0x8664: "x64", 0xaa64: "arm64" },
  machO: { 0x01000007: "x64", 0x0100000c: "arm64" },
};
const LC_SEGMENT_64 = 0x19;
const FORMATS = [
  { magic: [0x7f, 0x45, 0x4c, 0x46], inspect: inspectElf },
  { magic: [0x4d, 0x5a], inspect: inspectPe },
  { magic: [0xcf, 0xfa, 0xed, 0xfe], inspect: inspectMachO },
  { magic: [0xca, 0xfe, 0xba, 0xbe], inspect: (bytes) => inspectFat(bytes, 20) },
  { magic: [0xca, 0xfe, 0xba, 0xbf], inspect: (bytes) => inspectFat(bytes, 32) },
];
const TEXTS = [
  [/^#!/, "a script"],
  [/^version https:\/\/git-lfs/, "a pointer of Git LFS instead of the file"],
  [/^PK\x03\x04/, "a zip archive"],
  [/^\s*</, "a page of HTML or XML, perhaps the error page of a download"],
];

/**
 * Describes a file by its contents, with the platforms that it runs on.
 *
 * A script with an interpreter runs on Linux and macOS. Everything else that is no program must not be
 * started: Linux would read it as commands of `sh`.
 */
export function inspectProgram(bytes) {
  if (bytes.length === 0) return { what: "an empty file", platforms: [] };
  try {
    const format = FORMATS.find(({ magic }) => magic.every((byte, at) => bytes[at] === byte));
    if (format) return format.inspect(bytes);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { what: `a program that is cut off after ${bytes.length} bytes`, platforms: [] };
  }
  const start = bytes.toString("latin1", 0, 256);
  const [, what] = TEXTS.find(([pattern]) => pattern.test(start)) ?? [undefined, "no program"];
  const platforms = what === "a script" ? ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64"] : [];
  return { what, platforms };
}

function describe(system, architectures) {
  const platforms = architectures.filter(Boolean).map((architecture) => `${system}-${architecture}`);
  const what = platforms.length > 0 ? platforms.join(" and ") : `${system} on another kind of processor`;
  return { what: `a program for ${what}`, platforms };
}

/** Fails if the file ends before a part of it does. */
function requireLength(bytes, end) {
  if (end > bytes.length) throw new RangeError("the file is cut off");
}

function inspectElf(bytes) {
  const isLittleEndian64 = bytes[4] === 2 && bytes[5] === 1;
  if (!isLittleEndian64) return describe("linux", []);
  // The table of sections is at the end of the file.
  requireLength(bytes, Number(bytes.readBigUInt64LE(0x28)) + bytes.readUInt16LE(0x3a) * bytes.readUInt16LE(0x3c));
  return describe("linux", [ARCHITECTURES.elf[bytes.readUInt16LE(0x12)]]);
}

function inspectPe(bytes) {
  const header = bytes.readUInt32LE(0x3c);
  if (bytes.readUInt32LE(header) !== 0x4550) return { what: "a program for DOS", platforms: [] };
  const sections = header + 24 + bytes.readUInt16LE(header + 20);
  for (let at = sections; at < sections + 40 * bytes.readUInt16LE(header + 6); at += 40) {
    requireLength(bytes, bytes.readUInt32LE(at + 16) + bytes.readUInt32LE(at + 20));
  }
  return describe("win32", [ARCHITECTURES.pe[bytes.readUInt16LE(header + 4)]]);
}

function inspectMachO(bytes) {
  let at = 32;
  for (let left = bytes.readUInt32LE(16); left > 0; left -= 1) {
    if (bytes.readUInt32LE(at) === LC_SEGMENT_64) {
      requireLength(bytes, Number(bytes.readBigUInt64LE(at + 40) + bytes.readBigUInt64LE(at + 48)));
    }
    at += Math.max(bytes.readUInt32LE(at + 4), 8);
  }
  return describe("darwin", [ARCHITECTURES.machO[bytes.readUInt32LE(4)]]);
}

/** A universal program: a table of programs, whose rows have `size` bytes. */
function inspectFat(bytes, size) {
  const rows = Array.from({ length: Math.min(bytes.readUInt32BE(4), 16) }, (_, index) => 8 + size * index);
  for (const row of rows) {
    const [offset, length] =
      size === 20
        ? [bytes.readUInt32BE(row + 8), bytes.readUInt32BE(row + 12)]
        : [Number(bytes.readBigUInt64BE(row + 8)), Number(bytes.readBigUInt64BE(row + 16))];
    requireLength(bytes, offset + length);
  }
  return describe("darwin", rows.map((row) => ARCHITECTURES.machO[bytes.readUInt32BE(row)]));
}
