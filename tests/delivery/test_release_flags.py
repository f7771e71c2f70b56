"""How the presets for `cmake --install` compile: not what the flags are called, but what they make of a program."""

import json
import pathlib
import platform
import re
import tempfile
import unittest

from fleet import SOURCE, require_programs, run

# A copy that fortify can bound, a buffer that the stack protector guards, a frame of many pages.
PROGRAM = r"""
#include <cstdio>
#include <cstring>
void fill(char* buffer);
void fill(char* buffer) { std::memset(buffer, 0, 64 * 1024); }
int main(int, char** words)
{
    char name[16];
    char large[64 * 1024];
    std::strcpy(name, words[0]);
    fill(large);
    return std::puts(name) + large[words[0][0]];
}
"""


class Hardening(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = cls.enterClassContext(tempfile.TemporaryDirectory(prefix="dns-notrack-flags-"))
        build = pathlib.Path(folder) / "build"
        run("cmake", "--preset", "headless-only", "-B", build, "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON", cwd=SOURCE)
        compiled = [entry["command"] for entry in json.loads((build / "compile_commands.json").read_text()) if entry["file"].endswith("headless/main.cpp")]
        compiling = re.findall(r" (-[fODU]\S+)", compiled[0].replace("-flto=auto", "").replace("-fno-fat-lto-objects", ""))
        rule = (build / "build.ninja").read_text(encoding="utf-8").split("build headless/dns-notrack: ")[1].split("\n\n")[0]
        linking = [word for line in re.findall(r"(?m)^  (?:LINK_)?FLAGS = (.*)", rule) for word in line.split() if word.startswith(("-Wl,", "-pie"))]
        source, program = pathlib.Path(folder) / "program.cpp", pathlib.Path(folder) / "program"
        source.write_text(PROGRAM, encoding="ascii")
        run("g++", "-std=c++20", *compiling, source, *linking, "-o", program)
        cls.headers = run("readelf", "--wide", "--file-header", "--dynamic", "--program-headers", program)
        cls.symbols = run("readelf", "--wide", "--dyn-syms", program)
        cls.code = run("objdump", "--disassemble=main", program)

    def test_the_program_cannot_be_written_over(self):
        self.assertIn("DYN (Position-Independent Executable file)", self.headers)
        self.assertIn("GNU_RELRO", self.headers)
        self.assertRegex(self.headers, "BIND_NOW|FLAGS_1.* NOW")

    def test_copies_and_frames_are_guarded(self):
        self.assertIn("__strcpy_chk", self.symbols)
        self.assertIn("__stack_chk_fail", self.symbols)

    @unittest.skipUnless(platform.machine() == "x86_64", "names instructions")
    def test_large_frames_are_probed_and_jumps_have_targets(self):
        self.assertIn("endbr64", self.code)
        self.assertRegex(self.code, r"or\S* +\$0x0,(?:0x0)?\(%rsp\)")


if __name__ == "__main__":
    require_programs("cmake", "g++", "readelf", "objdump")
    unittest.main(verbosity=2)
