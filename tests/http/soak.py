# SPDX-License-Identifier: Apache-2.0
"""The running server under changed requests, hostile files and false tokens of all three APIs: every one gets its answer,
none gets a 5xx, no worker dies of one, and memory stays where it was.

  SOAK_REQUESTS  changed requests (400)        SOAK_FROM  number of the first one (0)
  SOAK_SEED      of the changes (20260101)
  SOAK_ONLY      one number: sends that request alone and prints it with its answer
  SOAK_THREADS   clients at a time (16)         SOAK_MEMORY  1: also 11,000 whole requests, memory before and after
"""
import json
import os
import socket
import sys
import threading
import time

import harness as h
import mutate
from harness import BWS, IDENTITY, IMAGES, same, true

COUNT = int(os.environ.get("SOAK_REQUESTS", "400"))
FROM = int(os.environ.get("SOAK_FROM", "0"))
SEED = int(os.environ.get("SOAK_SEED", "20260101"))
THREADS = int(os.environ.get("SOAK_THREADS", "16"))
ONLY = os.environ.get("SOAK_ONLY")
LONG = COUNT >= 10000
WARM_UP, MORE, GROWTH_MAX = 1000, 10000, 2 << 20  # requests, requests, bytes
PATIENCE = 120  # s for one answer; sanitizers are slow

server = h.Server("--deadline-ms", "60000", env={"BONAFIDE_LIVENESS_KEY": h.LIVENESS_KEY.decode()}, wait=300)
key = server.add_client("app")
api_key = server.add_api_key("camera")
time.sleep(1.2)


def small_face():
    rows = [r for r in h.manifest() if r["role"] == "pad" and r["label"] == "live"]
    picture = h.decode(h.shared(rows[0]["path"]) if rows else h.portrait())
    scale = 240 / max(picture.shape[:2])
    return h.cv().resize(picture, None, fx=scale, fy=scale, interpolation=h.cv().INTER_AREA)


def hostile_files():
    folder = os.path.join(h.SHARED, "data", "hostile")
    if not os.path.isdir(folder):
        return {"noise": os.urandom(5000), "text": b"no picture " * 50, "empty": b""}
    return {name: h.shared("hostile/" + name) for name in sorted(os.listdir(folder))}


face = small_face()
HOSTILE = hostile_files()
MATERIAL = mutate.Material(key, api_key, h.encode(face, ".jpg"), h.encode(face, ".png"),
                           [d for d in HOSTILE.values() if len(d) < 300000])


def send(data, whole=True):
    """The answer to these bytes; None when the server closes without one. Not `whole`: it is told that no more will come."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as s:
        try:
            s.sendall(data)
            if not whole:
                s.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # answered and closed before the end
        return h.read_response(s, final=True)


def metric(name):
    for line in server.get("/metrics", timeout=PATIENCE).body.decode().splitlines():
        if line.startswith(name + " "):
            return float(line.split()[1])
    raise AssertionError("no metric " + name)


def post(dialect, picture, frame=None):
    """A whole request with this picture."""
    if dialect == "identity":
        body, kind = h.multipart([("liveness_file", h.liveness_file([frame or MATERIAL.other]), "live.bin"),
                                  ("encrypted_image", h.b64(h.encrypt(picture)).encode(), None)])
        return server.request("POST", IDENTITY, body, {"Content-Type": kind}, timeout=PATIENCE)
    head = {"Content-Type": "application/json", "api-key": api_key, "Authorization": "Bearer " + MATERIAL.token}
    if dialect == "images":
        return server.request("POST", IMAGES, h.images_body(picture), head, timeout=PATIENCE)
    return server.request("POST", BWS, h.bws_body(picture), head, timeout=PATIENCE)


def shape_of(dialect, answer):
    """Whether an answer is in the words of its API."""
    if answer.status == 401 and dialect == "bws":
        return answer.body == b""
    members = {"bws": ["code", "details", "message"], "images": ["code", "description", "message"],
               "identity": ["code", "message", "request_id"]}
    if answer.json is None:
        return False
    return answer.status == 200 or sorted(answer.json) == members[dialect]


def judge(index, kind, dialect, data, answer):
    """What is wrong with an answer; None when nothing is."""
    if answer is None:
        return "no answer" if kind in mutate.FRAMED else None
    if answer.status == 505:  # right where the request line says so (RFC 9110, section 15.6.6), and from nobody else
        return None if not data.split(b"\n")[0].rstrip().endswith((b" HTTP/1.1", b" HTTP/1.0")) else "505"
    if answer.status >= 500 or answer.status < 200:
        return "status %d" % answer.status
    if kind in mutate.FRAMED and not shape_of(dialect, answer):
        return "not in the words of its API: %r" % answer.body[:200]
    return None


class Tally:
    def __init__(self):
        self.lock, self.seen, self.wrong, self.next = threading.Lock(), {}, [], FROM

    def take(self):
        with self.lock:
            self.next += 1
            return self.next - 1

    def note(self, index, kind, dialect, data, answer):
        status = answer.status if answer else None
        wrong = judge(index, kind, dialect, data, answer)
        with self.lock:
            self.seen.setdefault(kind, {}).setdefault(status, 0)
            self.seen[kind][status] += 1
            if wrong:
                self.wrong.append("SOAK_ONLY=%d (%s, %s): %s" % (index, kind, dialect, wrong))


def run_mutations(tally):
    while not tally.wrong:
        index = tally.take()
        if index >= FROM + COUNT:
            return
        kind, dialect, data = mutate.request(SEED, index, MATERIAL)
        tally.note(index, kind, dialect, data, send(data, kind in mutate.FRAMED))


def check_1_changed_requests_get_answers():
    tally = Tally()
    threads = [threading.Thread(target=run_mutations, args=(tally,)) for _ in range(THREADS)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    for kind, statuses in sorted(tally.seen.items()):
        print("      %-8s %s" % (kind, ", ".join("%s: %d" % (k, v) for k, v in sorted(statuses.items(), key=str))))
    same(tally.wrong, [], "wrong answers")
    same(sum(sum(s.values()) for s in tally.seen.values()), COUNT, "requests")
    same(post("bws", MATERIAL.picture).status, 200, "a good request afterwards")


def check_2_hostile_files_get_answers():
    """All through each API and as a live frame; in a short run each on one of these four ways."""
    ways, count = ("bws", "images", "identity", "frame"), 0
    for number, (name, data) in enumerate(HOSTILE.items()):
        for way in ways if LONG else ways[number % 4:][:1]:
            if way == "frame" and not data:
                continue
            dialect = "identity" if way == "frame" else way
            answer = post(dialect, MATERIAL.picture, frame=data) if way == "frame" else post(dialect, data)
            true(answer.status in (200, 400) and shape_of(dialect, answer), "%s to %s: %r" % (name, way, answer))
            count += 1
    print("      %d files, %d requests" % (len(HOSTILE), count))


def false_tokens():
    now, good = MATERIAL.now, MATERIAL.token
    head, claims, signature = good.split(".")
    text = json.dumps(MATERIAL.claims)
    public = b"-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----\n"

    def of(**more):
        return h.token(key, "app", **more)

    return {"none": [h.b64url(b'{"alg":"%s"}' % a) + "." + claims + "." for a in (b"none", b"None", b"nOnE", b"")],
            "none with a signature": [of(header={"alg": "none"}), of(header={"alg": "None"})],
            "key confusion": [h.token(public, "app"), h.token(b"", "app"), h.token(b"app", "app"),
                              of(header={"alg": "RS256"}), of(header={"alg": "ES256"}), of(alg="HS512", header={"alg": "HS256"})],
            "kid": [of(header={"kid": "../../dev/null"})[:-1], h.token(b"", "app", header={"kid": "/dev/null"}),
                    h.token(bytes(64), "app", header={"kid": "' OR 1=1 --"})],
            "expired": [of(claims={"exp": now - 1000}), of(claims={"exp": -1}), of(claims={"exp": str(now + 99)})],
            "not yet valid": [of(claims={"nbf": now + 1000}), of(claims={"nbf": 9e99}), of(claims={"nbf": "now"})],
            "wrong audience": [of(claims={"aud": a}) for a in ("other", [], {}, None, 7, "BWS ", ["other"])] + [of(drop=["aud"])],
            "cut signature": [head + "." + claims + "." + signature[:n] for n in (0, 1, 10, len(signature) - 1)] +
                             [head + "." + claims, good + "=", good + "A", good + "." + signature, good + "\t"],
            "duplicate claims": [of(raw_claims=text[:-1] + d)
                                 for d in (',"exp":%d}' % (now + 99), ',"sub":"app"}', ',"aud":"BWS"}')] +
                                [of(raw_header='{"alg":"none","alg":"HS256"}'), of(raw_header='{"alg":"HS256","alg":"HS256"}')],
            "odd content": [of(raw_claims="\xef\xbb\xbf" + text), of(header={"crit": ["exp"]})],
            "no token": ["..", ".", "x", "a.b.c", "A" * 9000, good[1:], good.upper(), "\xff" * 40]}


def check_3_false_tokens_are_all_refused_alike():
    """Each with a whole body behind it that would pass."""
    body, count = h.bws_body(MATERIAL.picture).encode(), 0
    for attack, tokens in false_tokens().items():
        for bad in tokens:
            answer = send(mutate.join(mutate.head(MATERIAL, "bws", "application/json", len(body), bad), body))
            same((answer.status, answer.body), (401, b""), "%s: %r" % (attack, bad[:100]))
            same(answer.headers["www-authenticate"], 'Bearer error="invalid_token"', attack)
            count += 1
    for bad in ("", "x", api_key[:-1], api_key + "A", api_key[::-1], api_key.lower(), MATERIAL.token):
        answer = server.request("POST", IMAGES, h.images_body(MATERIAL.picture),
                                {"Content-Type": "application/json", "api-key": bad})
        same(answer.status, 401, "api-key %r" % bad[:50])
        count += 1
    for good in (MATERIAL.token, h.token(key, "app", header={"kid": "../../dev/null"})):  # a kid is ignored
        answer = send(mutate.join(mutate.head(MATERIAL, "bws", "application/json", len(body), good), body))
        same(answer.status, 200, "a good token")
    print("      %d false tokens and keys" % count)


def memory(pid):
    with open("/proc/%d/status" % pid) as f:
        return 1024 * sum(int(line.split()[1]) for line in f if line.startswith(("RssAnon:", "RssShmem:")))


def children(pid):
    with open("/proc/%d/task/%d/children" % (pid, pid)) as f:
        return [int(p) for p in f.read().split()]


def run_whole(count):
    left = [count // THREADS] * THREADS

    def one(place):
        for _ in range(left[place]):
            answer = post(("bws", "images", "identity")[left[place] % 3], MATERIAL.picture)
            true(answer.status == 200, "a whole request: %r" % answer)
            left[place] -= 1

    threads = [threading.Thread(target=one, args=(place,)) for place in range(THREADS)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    same(left, [0] * THREADS, "requests that were not answered")


def check_4_ten_thousand_more_requests_add_no_memory():
    if not os.environ.get("SOAK_MEMORY"):
        raise h.Skip("SOAK_MEMORY=1 asks for it")
    spawner = children(server.process.pid)[0]
    pids = [server.process.pid, spawner] + children(spawner)
    run_whole(WARM_UP)
    before = [memory(p) for p in pids]
    run_whole(MORE)
    after = [memory(p) for p in pids]
    print("      front, spawner, workers: %s KiB before, %s after" % ([b >> 10 for b in before], [a >> 10 for a in after]))
    true(sum(after) - sum(before) <= GROWTH_MAX, "%d KiB more" % ((sum(after) - sum(before)) >> 10))


def check_9_nothing_broke():
    """No worker died of a request, no request was lost, nobody complained."""
    same(server.process.poll(), None, "exit status of the server")
    for name in ("workers_replaced", "workers_stuck", "workers_garbage", "jobs_lost", "jobs_timeout"):
        same(metric("bonafide_%s_total" % name), 0, name)
    same(metric("bonafide_requests_under_way"), 1, "requests under way (this one)")
    status, _ = server.stop()
    log = server.final_log
    for word in ("Sanitizer", "runtime error", "assert"):
        at = log.find(word)
        true(at < 0, "the log: %s" % log[max(0, at - 200):at + 4000])
    same(status, 0, "exit status")


def only(index):
    kind, dialect, data = mutate.request(SEED, index, MATERIAL)
    print("%s, %s: %r\n%r" % (kind, dialect, data[:3000], send(data, kind in mutate.FRAMED)))


if __name__ == "__main__":
    if ONLY:
        only(int(ONLY))
        sys.exit(0)
    h.main([f for name, f in sorted(globals().items()) if name.startswith("check_")])
