"""What is published, made of the packages that build-packages made last: twice, since nothing in it may tell when and where that was."""

import hashlib
import json
import pathlib
import tempfile
import unittest

from fleet import SOURCE, require_programs, run
from test_packages import OUTPUT


class Dist(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="dns-notrack-dist-")))
        cls.first, cls.second = folder / "first", folder / "second/place"
        for place in (cls.first, cls.second):
            run(SOURCE / "packaging/make-dist", "--packages", OUTPUT, place)

    def test_every_byte_is_the_same(self):
        self.assertEqual((self.first / "SHA256SUMS").read_text(), (self.second / "SHA256SUMS").read_text())

    def test_the_sums_are_of_every_file(self):
        sums = dict(reversed(line.split("  ")) for line in (self.first / "SHA256SUMS").read_text().splitlines())
        self.assertEqual(sums, {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in self.first.iterdir() if path.name != "SHA256SUMS"})
        self.assertEqual(sorted(path.suffix for path in self.first.iterdir()), ["", ".deb", ".gz", ".json", ".rpm", ".xz"])

    def test_the_tarball_has_a_program_that_runs(self):
        archive, = self.first.glob("*.tar.gz")
        with tempfile.TemporaryDirectory(prefix="dns-notrack-tarball-") as folder:
            run("tar", "--extract", "--file", archive, "--directory", folder)
            root = pathlib.Path(folder)
            self.assertIn("dns-notrack ", run(root / "usr/local/sbin/dns-notrack", "version"))
            self.assertIn("ExecStart=/usr/local/sbin/dns-notrack apply", (root / "usr/local/lib/systemd/system/dns-notrack.service").read_text())
            for file in ("usr/local/share/man/man8/dns-notrack.8", "etc/sudoers.d/dns-notrack", "usr/local/lib/sysusers.d/dns-notrack.conf"):
                self.assertTrue((root / file).exists(), file)

    def test_the_bill_names_what_is_compiled_in_and_every_file(self):
        document = json.loads(next(self.first.glob("*.spdx.json")).read_text())
        self.assertEqual((document["spdxVersion"], document["dataLicense"], document["SPDXID"]), ("SPDX-2.3", "CC0-1.0", "SPDXRef-DOCUMENT"))
        known = {one["SPDXID"]: one for one in document["packages"]}
        self.assertEqual(len(known), len(document["packages"]))
        contained = {known[one["relatedSpdxElement"]]["name"] for one in document["relationships"] if one["relationshipType"] == "CONTAINS"}
        self.assertEqual(contained, {"gcc-12", "libyaml", "nlohmann-json3", "tl-expected"})
        files = {one["packageFileName"]: one["checksums"][0]["checksumValue"] for one in document["packages"] if "checksums" in one}
        published = [path for path in self.first.iterdir() if path.name != "SHA256SUMS" and path.suffix != ".json"]
        self.assertEqual(files, {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in published})


if __name__ == "__main__":
    require_programs("dpkg-deb", "dpkg-parsechangelog", "scdoc", "cmake", "ninja")
    unittest.main(verbosity=2)
