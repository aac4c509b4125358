#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""client, apikey, jobs, seal and encrypt as a person or a script uses them. usage: state.py BONAFIDE"""
import base64
import json
import os
import sqlite3
import stat
import subprocess
import sys
import tempfile
import unittest

PROGRAM = sys.argv.pop(1)


class Command(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.state = os.path.join(self.folder.name, "state")
        self.environment = {"PATH": os.environ["PATH"]}

    def tearDown(self):
        self.folder.cleanup()

    def run_it(self, *arguments, status=0):
        done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, env=self.environment)
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stdout

    def in_state(self, *arguments, status=0):
        return self.run_it(*arguments, "--state", self.state, status=status)

    def test_client_add_prints_one_object_with_a_key_of_64_bytes(self):
        first = json.loads(self.in_state("client", "add", "bank"))
        second = json.loads(self.in_state("client", "add", "bank"))
        self.assertEqual(list(first), ["client", "key"])
        self.assertEqual(first["client"], "bank")
        self.assertEqual(len(base64.b64decode(first["key"], validate=True)), 64)
        self.assertNotEqual(first["key"], second["key"])
        listed = json.loads(self.in_state("client", "list", "--json"))
        self.assertEqual([(entry["client"], entry["keys"]) for entry in listed], [("bank", 2)])
        self.assertNotIn(first["key"], self.in_state("client", "list"))

    def test_revoke_removes_and_says_when_there_was_nothing(self):
        self.in_state("client", "add", "bank")
        self.in_state("client", "revoke", "bank")
        self.assertEqual(json.loads(self.in_state("client", "list", "--json")), [])
        self.in_state("client", "revoke", "bank", status=1)

    def test_apikey_add_prints_the_key_once_and_keeps_a_hash(self):
        made = json.loads(self.in_state("apikey", "add", "shop"))
        self.assertEqual(list(made), ["name", "apiKey"])
        for name in os.listdir(self.state):
            with open(os.path.join(self.state, name), "rb") as file:
                self.assertNotIn(made["apiKey"].encode(), file.read())
        self.assertEqual(json.loads(self.in_state("apikey", "list", "--json"))[0]["name"], "shop")

    def test_the_state_is_closed_to_others(self):
        os.umask(0)
        self.in_state("client", "add", "bank")
        self.assertEqual(stat.S_IMODE(os.stat(self.state).st_mode), 0o700)
        for name in os.listdir(self.state):
            self.assertEqual(stat.S_IMODE(os.stat(os.path.join(self.state, name)).st_mode), 0o600, name)

    def test_wrong_usage_is_64(self):
        for arguments in (["add", "a b"], ["add"], ["add", "x" * 65], ["sell", "a"], ["list", "a"], ["add", "a", "--what"]):
            self.in_state("client", *arguments, status=64)
        self.run_it("client", "list", status=64)
        self.run_it("jobs", status=64)
        self.in_state("jobs", "--limit", "0", status=64)
        self.run_it("seal", "picture", status=64)
        self.run_it("encrypt", status=64)

    def add_job(self, number, reference, score):
        with sqlite3.connect(os.path.join(self.state, "bonafide.db")) as database:
            database.execute(
                "INSERT INTO job (job_id, received_ms, client, dialect, reference, status, outcome, errors, score, live_1,"
                " total_ms, queue_ms, vision_ms, networks) VALUES (?, ?, 'bank', 'bws', ?, 200, 'live', '', ?, 0.5, 20, 1, 15, 'ab')",
                (f"job-{number}", 1700000000000 + number, reference, score))
        database.close()

    def test_jobs_come_newest_first_and_by_reference(self):
        self.in_state("jobs", status=70)  # no such folder, and none is made
        self.in_state("client", "add", "bank")
        self.assertEqual(json.loads(self.in_state("jobs", "--json")), {"jobs": []})
        for number in range(5):
            self.add_job(number, 'odd "1"' if number % 2 else "even\n", None if number == 4 else 0.25)
        jobs = json.loads(self.in_state("jobs", "--json"))["jobs"]
        self.assertEqual([job["job"] for job in jobs], [f"job-{number}" for number in (4, 3, 2, 1, 0)])
        self.assertIsNone(jobs[0]["score"])
        self.assertEqual(jobs[1]["score"], 0.25)
        self.assertEqual(jobs[1]["received"], "2023-11-14T22:13:20.003Z")
        odd = json.loads(self.in_state("jobs", "--json", "--reference", 'odd "1"', "--limit", "1"))["jobs"]
        self.assertEqual([(job["job"], job["reference"]) for job in odd], [("job-3", 'odd "1"')])
        self.assertEqual(len(self.in_state("jobs").splitlines()), 5)

    def write(self, name, content):
        path = os.path.join(self.folder.name, name)
        with open(path, "wb") as file:
            file.write(content)
        return path

    def test_encrypt_gives_the_check_value_of_the_specification(self):
        photo = self.write("photo", b"abc")
        self.assertEqual(self.run_it("encrypt", photo), "5UKWy8SA6+5HoJKWxW23bxYegw==\n")
        self.environment["PARAM_DECRYPT_IV"] = "0123456789ab"
        self.assertNotEqual(self.run_it("encrypt", photo), "5UKWy8SA6+5HoJKWxW23bxYegw==\n")
        self.environment["PARAM_DECRYPT_IV"] = "0123456789abc"
        self.run_it("encrypt", photo, status=2)
        self.run_it("encrypt", self.write("empty", b""), status=2)

    def test_seal_writes_a_file_of_the_documented_size(self):
        frame = self.write("frame", b"x" * 1000)
        out = os.path.join(self.folder.name, "out.bin")
        self.run_it("seal", "-o", out, "--live", "0.5", frame, frame)
        with open(out, "rb") as file:
            content = file.read()
        # head 17, tag 16, time 1 + 6, mode 2, and per frame: 3 of its own, 3 of the picture, 1000, 5 of the score
        self.assertEqual(len(content), 17 + 16 + 7 + 2 + 2 * (3 + 3 + 1000 + 5))
        self.assertEqual(content[:5], b"BFLV\x01")
        self.assertNotIn(b"xxxx", content)
        self.run_it("seal", "-o", out, *[frame] * 17, status=64)
        self.run_it("seal", "-o", out, "--live", "1.5", frame, status=64)
        self.run_it("seal", "-o", out, os.path.join(self.folder.name, "missing"), status=2)


if __name__ == "__main__":
    unittest.main(verbosity=2)
