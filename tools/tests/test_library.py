import os
import shutil
import stat
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from run_notebook.library import CLASSPATH, JAR, NATIVES, Library, fingerprint, require_platform
from run_notebook.terminal import Failure


class LibraryTest(unittest.TestCase):
    """With a stand-in for Maven that leaves the files that the build leaves."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.source = self.root / "kernel-lib" / "src" / "main" / "java" / "A.java"
        self.source.parent.mkdir(parents=True)
        self.source.write_text("class A {}")
        (self.root / "pom.xml").write_text("<project/>")
        (self.root / "kernel-lib" / "pom.xml").write_text("<project/>")
        self.setup = self.root / ".setup"
        self.setup.mkdir()
        self.jar = self.root / "repository" / "pytorch-native-cpu.jar"
        self.jar.parent.mkdir()
        self.jar.touch()
        self.maven(f"""
            echo "$*" >> calls
            mkdir -p {NATIVES} && touch {NATIVES}/libopenblas.so {self.jar}
            cat kernel-lib/src/main/java/A.java > {JAR}
            printf %s {self.jar} > {CLASSPATH}""")
        self.library = Library(self.root, self.setup)

    def maven(self, script):
        program = self.root / "bin" / "mvn"
        program.parent.mkdir(exist_ok=True)
        program.write_text("#!/bin/sh\n" + script)
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        path = mock.patch.dict(os.environ, {"PATH": f"{program.parent}:/usr/bin:/bin"})
        path.start()
        self.addCleanup(path.stop)

    def builds(self):
        with mock.patch("sys.stdout"):
            self.library.build_if_needed(Path("/jdk"))
        calls = self.root / "calls"
        return len(calls.read_text().splitlines()) if calls.exists() else 0

    def test_what_was_built_outlives_the_build_folder(self):
        self.builds()
        shutil.rmtree(self.root / "kernel-lib" / "target")
        self.assertTrue((self.library.natives / "libopenblas.so").exists())
        self.assertTrue(self.library.jar.exists())
        self.assertEqual(self.builds(), 1)

    def test_machines_without_natives_are_refused_before_anything_is_built(self):
        require_platform("Linux", "x86_64")
        for system, machine in [("Darwin", "arm64"), ("Darwin", "x86_64"), ("Linux", "aarch64")]:
            with self.assertRaisesRegex(Failure, f"{system} on {machine}.*Linux on x86_64"):
                require_platform(system, machine)

    def test_builds_once_and_again_when_a_source_changes_comes_or_goes(self):
        self.assertEqual([self.builds(), self.builds()], [1, 1])
        self.source.write_text("class A { int x; }")
        self.assertEqual([self.builds(), self.builds()], [2, 2])
        other = self.source.with_name("B.java")
        other.write_text("")
        self.assertEqual([self.builds(), self.builds()], [3, 3])
        other.unlink()
        self.assertEqual([self.builds(), self.builds()], [4, 4])

    def test_touching_a_source_is_no_change(self):
        self.builds()
        os.utime(self.source, (1, 1))
        self.assertEqual(self.builds(), 1)

    def test_builds_again_when_a_jar_or_the_natives_are_gone(self):
        self.builds()
        self.jar.unlink()
        self.assertEqual(self.builds(), 2)
        (self.library.natives / "libopenblas.so").unlink()
        self.assertEqual(self.builds(), 3)

    def test_a_build_leaves_the_jar_of_a_running_kernel_alone(self):
        self.builds()
        with open(self.library.jar) as running:
            self.source.write_text("class A { int x; }")
            self.builds()
            self.assertEqual(running.read(), "class A {}")

    def test_class_path_has_our_jar_first(self):
        self.builds()
        self.assertEqual(self.library.classpath(), [self.library.jar, self.jar])

    def test_failed_build_shows_what_maven_said_and_is_not_taken_for_done(self):
        self.builds()
        self.source.write_text("class A {")
        self.maven("echo '[INFO] x'; echo '[ERROR] A.java:[1,9] reached end of file'; exit 1")
        with self.assertRaisesRegex(Failure, r"A.java:\[1,9\] reached end of file"):
            self.builds()
        self.assertFalse(self.library.is_built(fingerprint(self.root)))

    def test_without_maven_the_message_names_it(self):
        with mock.patch.dict(os.environ, {"PATH": "/nowhere"}), self.assertRaisesRegex(Failure, "package `maven`"):
            self.builds()
