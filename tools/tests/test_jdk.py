import tempfile
import unittest
from pathlib import Path
from unittest import mock

from run_notebook import jdk
from run_notebook.terminal import Failure


class JdkTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        only_here = mock.patch.object(jdk, "FOLDERS", [f"{self.root}/*"])
        only_here.start()
        self.addCleanup(only_here.stop)

    def make(self, name, version, compiler=True):
        home = self.root / name
        (home / "bin").mkdir(parents=True)
        (home / "bin" / "java").touch(mode=0o755)
        if compiler:
            (home / "bin" / "javac").touch(mode=0o755)
        (home / "release").write_text(f'IMPLEMENTOR="X"\nJAVA_VERSION="{version}"\nOS_NAME="Linux"\n')
        return home

    def test_finds_25_among_others_by_its_release_file(self):
        self.make("a-17", "17.0.15")
        expected = self.make("b-25", "25.0.3")
        self.make("c-26", "26-ea")
        self.assertEqual(jdk.find({"PATH": ""}), expected)

    def test_java_on_path_is_followed_to_its_home(self):
        home = self.make("z/25", "25")
        (self.root / "bin").mkdir()
        (self.root / "bin" / "java").symlink_to(home / "bin" / "java")
        self.assertEqual(jdk.find({"PATH": str(self.root / "bin")}), home.resolve())

    def test_java_home_of_another_version_does_not_stand_in_the_way(self):
        expected = self.make("b-25", "25.0.3")
        self.assertEqual(jdk.find({"JAVA_HOME": str(self.make("a-17", "17.0.1")), "PATH": ""}), expected)

    def test_the_users_own_choice_must_fit(self):
        self.make("b-25", "25.0.3")
        with self.assertRaisesRegex(Failure, "REGMIXD_JAVA_HOME=.*a-17 is not a JDK 25"):
            jdk.find({jdk.CHOSEN: str(self.make("a-17", "17.0.1")), "PATH": ""})

    def test_a_runtime_without_compiler_is_no_jdk(self):
        self.make("jre", "25.0.3", compiler=False)
        with self.assertRaises(Failure):
            jdk.find({"PATH": ""})

    def test_without_one_the_message_says_what_was_seen_and_how_to_get_one(self):
        self.make("a-17", "17.0.15")
        with self.assertRaises(Failure) as raised:
            jdk.find({"PATH": ""})
        for part in ["JDK 17", "a-17", "Temurin", "environment.yml", "docker build"]:
            self.assertIn(part, str(raised.exception))
