# SPDX-License-Identifier: Apache-2.0
"""What an operator relies on: keys that count at once, settings, TLS, log, metrics, the end. Expected values: design.md (rules
across the APIs), issue texts, RFC 9110."""
import json
import os
import signal
import socket
import sqlite3
import ssl
import subprocess
import threading
import time

import harness as h
from harness import BWS, same, true

server = h.Server()
key = server.add_client("app")
time.sleep(1.2)
rows = h.manifest()


def picture():
    """A live picture where there is one; else noise that decodes and has no face, which is as good here."""
    if rows:
        return h.shared([r for r in rows if r["role"] == "pad" and r["label"] == "live"][0]["path"])
    import numpy
    return h.encode(numpy.random.default_rng(1).integers(0, 255, (480, 640, 3), dtype="uint8"), ".jpg")


BODY = h.bws_body(picture()).encode()


def call():
    return server.request("POST", BWS, BODY, {"Content-Type": "application/json",
                                             "Authorization": "Bearer " + h.token(key, "app")})


def key_pair(folder):
    made = subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost",
                           "-keyout", folder + "/key.pem", "-out", folder + "/cert.pem", "-days", "2"],
                          capture_output=True)
    if made.returncode != 0:
        raise h.Skip("openssl cannot make a certificate")


def check_the_end_comes_in_time_with_slow_clients_and_a_locked_database():
    other = h.Server("--workers", "1")
    mine = other.add_client("app")
    time.sleep(1.2)
    slow = socket.create_connection(("127.0.0.1", other.port), timeout=20)
    slow.sendall(b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\n"
                 b"Content-Length: 9000000\r\n\r\n" % h.IDENTITY.encode())
    lock = sqlite3.connect(os.path.join(other.state, "db", "bonafide.db"), isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    same(other.request("POST", BWS, BODY, {"Content-Type": "application/json", "Authorization":
                                           "Bearer " + h.token(mine, "app")}).status, 200, "with a locked database")
    ending = threading.Thread(target=lambda: results.append(other.stop()))
    results = []
    ending.start()
    while ending.is_alive():
        try:
            slow.sendall(b"x" * 8192)  # fast enough for the rate, too slow for the end
        except OSError:
            pass
        time.sleep(0.25)
    lock.close()
    status, took = results[0]
    print("      ended after %.1f s" % took)
    same(status, 0, "exit status")
    true(took < 15, "took %.1f s" % took)


def check_a_log_that_nobody_reads_stops_nothing():
    other = h.Server(wait=0, stderr=subprocess.PIPE)
    for _ in range(1200):  # 100 bytes each; a pipe holds 64 KiB
        same(other.get("/livez", timeout=10).status, 200)
    lost = [line for line in other.get("/metrics").body.decode().splitlines() if line.startswith("bonafide_log_lines_lost_total")]
    true(float(lost[0].split()[1]) > 0, "lines are lost: %r" % lost)
    status, took = other.stop()
    true(status == 0 and took < 15, "exit status %d after %.1f s" % (status, took))


def check_health_may_be_asked_until_the_end():
    """Connections that were kept ask on, one after the other, while the workers go; under the sanitizers nothing freed is read."""
    other, answers = h.Server(), 0
    kept = [socket.create_connection(("127.0.0.1", other.port), timeout=20) for _ in range(200)]
    ask = b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"
    for s in kept:
        s.sendall(ask)
        true(s.recv(65536), "an answer before the end")
    ender = threading.Thread(target=other.stop)
    ender.start()
    for s in kept:
        try:
            s.sendall(ask)
            answers += len(s.recv(65536)) > 0
        except OSError:
            break
        time.sleep(0.005)
    ender.join()
    print("      %d answers while it ended" % answers)
    same(other.process.returncode, 0, other.final_log[-500:])


def check_a_tls_key_open_to_others_is_warned_of():
    folder = server.state
    key_pair(folder)
    pair = ("--tls-cert", folder + "/cert.pem", "--tls-key", folder + "/key.pem")
    for mode, warned in ((0o644, True), (0o600, False)):
        os.chmod(folder + "/key.pem", mode)
        secure = h.Server(*pair, wait=0)
        secure.stop()
        same(b"can be read by others" in secure.process.stdout.read(), warned, "warning at mode %o" % mode)


def check_settings_that_no_url_can_hold_are_refused():
    for option in ("--images-path=images", "--images-path=/a b", "--images-path=/a?b", "--images-path=/identity/x",
                   "--images-path=/api/v1/livenessdetection", "--cors=https://a\r\nSet-Cookie: b", "--cors=a b"):
        done = subprocess.run([h.BINARY, "serve", "--listen", "127.0.0.1:0", option], capture_output=True, timeout=20)
        same(done.returncode, 64, option)


def check_cors_is_off_unless_asked_for():
    true("access-control-allow-origin" not in call().headers, "no CORS header")
    same(server.request("OPTIONS", BWS).status, 405, "no preflight")
    other = h.Server("--cors", "https://example.org", wait=0)
    response = other.request("OPTIONS", BWS, headers={"Origin": "https://example.org"})
    same((response.status, response.headers["access-control-allow-origin"]), (204, "https://example.org"))
    true("POST" in response.headers["access-control-allow-methods"], "methods")
    other.stop()


def check_tls():
    folder = server.state
    key_pair(folder)
    secure = h.Server("--tls-cert", folder + "/cert.pem", "--tls-key", folder + "/key.pem", wait=0)
    true(secure.tls, "it says https")
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", secure.port), timeout=20) as plain:
        with context.wrap_socket(plain) as s:
            same(s.version(), "TLSv1.3")
            s.sendall(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
            same(h.read_response(s).status, 200)
    for options, taken in (("-tls1_2 -cipher ECDHE-RSA-AES128-GCM-SHA256", True), ("-tls1_2 -cipher AES128-GCM-SHA256", False),
                           ("-tls1_2 -cipher ECDHE-RSA-AES128-SHA", False), ("-tls1_1 -cipher ALL:@SECLEVEL=0", False)):
        done = subprocess.run(["openssl", "s_client", "-connect", "127.0.0.1:%d" % secure.port] + options.split(),
                              input=b"", capture_output=True)
        same(b"Cipher is (NONE)" not in done.stdout, taken, options)
    status, _ = secure.stop()
    same(status, 0)


def check_one_log_line_per_request_without_personal_data():
    trace = "0af7651916cd43dd8448eb211c80319c"
    response = server.request("POST", BWS, BODY, {"Content-Type": "application/json", "Reference-Number": "secret-ref",
                                                  "Authorization": "Bearer " + h.token(key, "app"),
                                                  "traceparent": "00-%s-b7ad6b7169203331-01" % trace})
    time.sleep(0.3)
    lines = [json.loads(l) for l in server.read_log().splitlines() if response.headers["jobid"] in l]
    same(len(lines), 1, "lines of this job")
    same((lines[0]["status"], lines[0]["trace"], lines[0]["client"]), (200, trace, "app"))
    true("vision_ms" in lines[0] and "queue_ms" in lines[0], "times")
    true("secret-ref" not in json.dumps(lines[0]) and "127.0.0.1" not in json.dumps(lines[0]), "personal data")


def check_metrics_have_what_operators_need():
    text = server.get("/metrics").body.decode()
    for name in ("bonafide_requests_total{", "bonafide_decisions_total{", "bonafide_queue_seconds_bucket{",
                 "bonafide_vision_seconds_bucket{", "bonafide_request_seconds_bucket{", "bonafide_workers_alive ",
                 "bonafide_workers_replaced_total ", "bonafide_queue_depth ", "bonafide_database_errors_total "):
        true(name in text, name + " is missing")
    for line in text.splitlines():
        true(line.startswith("# TYPE ") or len(line.split(" ")) == 2, "line %r" % line)


def check_keys_added_and_revoked_count_within_a_second():
    second = server.add_client("later")
    time.sleep(1.2)
    tok = {"Content-Type": "application/json", "Authorization": "Bearer " + h.token(second, "later")}
    same(server.request("POST", BWS, b"{}", tok).status, 400, "let in")
    third = server.add_client("later")  # rotation: both keys hold
    time.sleep(1.2)
    for one in (second, third):
        tok["Authorization"] = "Bearer " + h.token(one, "later")
        same(server.request("POST", BWS, b"{}", tok).status, 400, "let in")
    server.command("client", "revoke", "later")
    time.sleep(1.2)
    same(server.request("POST", BWS, b"{}", tok).status, 401, "revoked")


def check_the_token_command_makes_what_the_server_takes():
    for alg in ("HS256", "HS384", "HS512"):
        tok = server.command("token", "app", "--alg", alg).strip()
        same(server.request("POST", BWS, b"{}", {"Content-Type": "application/json",
                                                 "Authorization": "Bearer " + tok}).status, 400, alg)


def check_sighup_reads_the_configuration_anew():
    path = os.path.join(server.state, "config.json")
    with open(path, "w") as f:
        f.write('{"token-lifetime-s-max":0,"workers":1}')
    other = h.Server("--config", path)
    mine = other.add_client("app")
    other.process.send_signal(signal.SIGHUP)
    time.sleep(0.5)
    long = {"Content-Type": "application/json",
            "Authorization": "Bearer " + h.token(mine, "app", claims={"exp": time.time() + 9999})}
    same(other.request("POST", BWS, b"{}", long).status, 400, "any lifetime")
    with open(path, "w") as f:
        f.write('{"token-lifetime-s-max":600,"workers":1}')
    other.process.send_signal(signal.SIGHUP)
    time.sleep(0.5)
    same(other.request("POST", BWS, b"{}", long).status, 401, "too long a lifetime")
    other.stop()


if __name__ == "__main__":
    h.main([f for name, f in sorted(globals().items()) if name.startswith("check_")])
