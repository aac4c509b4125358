# SPDX-License-Identifier: Apache-2.0
"""Nothing of a submitted picture on any disk: after requests of all three APIs, with workers killed over their work and in
the end the front itself, its bytes, its base64 text and its pixels are looked for in state, log and temporary folders; and,
while it runs, in the front's memory."""
import base64
import os
import resource
import signal
import tempfile
import threading
import time

import harness as h
from harness import BWS, IDENTITY, IMAGES, same, true

WINDOW = 24  # bytes: no chance hits
TEMPORARY = tempfile.mkdtemp(prefix="bonafide-traces-")
STARTED = time.time() - 1
# Whoever starts the server may allow core files as large as they like.
resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)
server = h.Server("--workers", "2", env={"BONAFIDE_LIVENESS_KEY": h.LIVENESS_KEY.decode(), "TMPDIR": TEMPORARY})
key = server.add_client("app")
api_key = server.add_api_key("camera")
time.sleep(1.2)


def pictures():
    """Two that nobody has sent before: a face with fresh noise over it, as JPEG and as PNG."""
    import numpy
    rows = [r for r in h.manifest() if r["role"] == "pad" and r["label"] == "live"]
    face = h.decode(h.shared(rows[0]["path"]) if rows else h.portrait())
    face = h.cv().resize(face, (640, 480)).astype("int16")
    face += numpy.random.default_rng().integers(-6, 7, face.shape, dtype="int16")
    face = face.clip(0, 255).astype("uint8")
    return face, h.encode(face, ".jpg"), h.encode(face[:240, :320], ".png")


def windows(data, places):
    """Bytes at several places, and the base64 text that holds them wherever a group of three began."""
    found = []
    for place in places:
        piece = data[place:place + WINDOW]
        found.append(piece)
        for shift in range(3):
            inner = data[place + shift:place + shift + WINDOW // 3 * 3]
            found.append(base64.b64encode(inner))
            found.append(base64.urlsafe_b64encode(inner))
    return found


def needles(face, jpeg, png):
    """Of the encoded pictures beyond their headers, and of the pixels as RGB and BGR rows."""
    found = []
    for data in (jpeg, png):
        found += windows(data, range(len(data) // 7, len(data) - 2 * WINDOW, len(data) // 6))
    for pixels in (face, face[:, :, ::-1], h.cv().cvtColor(face, h.cv().COLOR_BGR2GRAY)):
        raw = pixels.tobytes()
        found += windows(raw, range(len(raw) // 7, len(raw) - 2 * WINDOW, len(raw) // 6))
    return [n for n in set(found) if len(set(n)) > 8]


def search(folder, wanted, since=0.0):
    """Paths of files below a folder, changed since then, that hold one of these."""
    hits = []
    for path, _, names in os.walk(folder):
        for name in names:
            try:
                full = os.path.join(path, name)
                if os.path.islink(full) or not os.path.isfile(full) or os.stat(full).st_mtime < since:
                    continue
                with open(full, "rb") as f:
                    data = f.read()
            except OSError:
                continue
            hits += [full] if any(n in data for n in wanted) else []
    return hits


FACE, JPEG, PNG = pictures()
NEEDLES = needles(FACE, JPEG, PNG)


def everywhere():
    hits = search(server.state, NEEDLES) + search(TEMPORARY, NEEDLES)
    for folder in (tempfile.gettempdir(), "/var/tmp", "/dev/shm", os.getcwd(), os.path.dirname(os.path.abspath(h.BINARY))):
        hits += search(folder, NEEDLES, since=STARTED)
    return hits


def requests():
    """One request of each API with both pictures."""
    bearer = {"Content-Type": "application/json", "Authorization": "Bearer " + h.token(key, "app"), "Reference-Number": "r1"}
    form, kind = h.multipart([("liveness_file", h.liveness_file([JPEG]), "live.bin"),
                              ("encrypted_image", h.b64(h.encrypt(PNG)).encode(), None)])
    escaped = h.bws_body(JPEG).replace("+", "\\u002B").replace("/", "\\/")
    yield lambda: server.request("POST", BWS, h.bws_body(JPEG), bearer)
    yield lambda: server.request("POST", BWS, escaped, bearer)
    yield lambda: server.request("POST", BWS, h.bws_body(JPEG, PNG), bearer)
    yield lambda: server.request("POST", BWS, h.bws_body(JPEG)[:-5], bearer)  # refused
    yield lambda: server.request("POST", IMAGES, h.images_body(PNG), {"Content-Type": "application/json", "api-key": api_key})
    yield lambda: server.request("POST", IDENTITY, form, {"Content-Type": kind})


def children(pid):
    with open("/proc/%d/task/%d/children" % (pid, pid)) as f:
        return [int(p) for p in f.read().split()]


def alive():
    for line in server.get("/metrics").body.decode().splitlines():
        if line.startswith("bonafide_workers_alive "):
            return int(line.split()[1])
    return 0


def check_1_the_search_finds_what_is_there():
    """Else finding nothing would say nothing: raw, as text at any alignment, in a database."""
    folder = tempfile.mkdtemp(dir=TEMPORARY)
    middle = len(JPEG) // 3
    for number, data in enumerate((JPEG[middle:], b"x" + base64.b64encode(b"a" + JPEG[5:]), base64.b64encode(b"ab" + PNG),
                                   base64.urlsafe_b64encode(PNG), FACE.tobytes(), FACE[:, :, ::-1].tobytes()[1:])):
        path = os.path.join(folder, "f%d" % number)
        with open(path, "wb") as f:
            f.write(os.urandom(1000) + data)
        same(search(folder, NEEDLES), [path], "found")
        os.remove(path)
    os.rmdir(folder)


def check_2_no_trace_after_requests_and_killed_workers():
    statuses = []

    def send(request):
        for _ in range(3):
            statuses.append(request().status)

    for blow in (signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT):
        threads = [threading.Thread(target=send, args=(r,)) for r in requests()]
        for t in threads:
            t.start()
        time.sleep(0.1)
        os.kill(children(children(server.process.pid)[0])[0], blow)
        for t in threads:
            t.join()
        for _ in range(300):
            if alive() == 2:
                break
            time.sleep(0.1)
    same(len(statuses), 54, "answers")
    same([s for s in statuses if s not in (200, 400)], [], "statuses")
    true(statuses.count(200) >= 27, "%d of 54 were decided" % statuses.count(200))
    time.sleep(0.5)  # the bookkeeping is written behind the answers
    true(os.path.getsize(os.path.join(server.state, "db", "bonafide.db-wal")) > 10000, "no bookkeeping to search")
    true("cpu_ms" in server.read_log(), "no log to search")
    same(everywhere(), [], "files that hold a piece of a picture")
    same(os.listdir(TEMPORARY), [], "temporary files")


def in_memory(pid, wanted):
    """How often these are in what a process may write to; None where nobody may look."""
    count = 0
    try:
        maps, memory = open("/proc/%d/maps" % pid), open("/proc/%d/mem" % pid, "rb", 0)
    except PermissionError:
        return None
    with maps, memory:
        for line in maps:
            start, end = (int(n, 16) for n in line.split()[0].split("-"))
            if not line.split()[1].startswith("rw") or end - start >= 1 << 30:  # a sanitizer's shadow is larger
                continue
            try:
                memory.seek(start)
                data = memory.read(end - start)
            except OSError:
                continue  # given back meanwhile
            count += sum(data.count(n) for n in wanted)
    return count


def check_2_nothing_stays_in_the_memory_of_the_front():
    """Also where a body outgrew its room: sent in chunks, or larger than what is set aside at once."""
    tag = b"\xFB\xFF\xBF" + os.urandom(21)  # its text has signs that may be escaped
    small, large = tag * 100000, tag * 400000
    wanted = [tag, base64.b64encode(tag)]
    bearer = {"Content-Type": "application/json", "Authorization": "Bearer " + h.token(key, "app")}
    by_key = {"Content-Type": "application/json", "api-key": api_key}
    form, kind = h.multipart([("liveness_file", small, "live.bin"), ("encrypted_image", base64.b64encode(small), None)])
    text = h.images_body(small).encode()
    escaped = h.bws_body(small).replace("+", "\\u002B")
    pieces = iter([text[i:i + 50000] for i in range(0, len(text), 50000)])
    for request in (lambda: server.request("POST", IMAGES, pieces, by_key),
                    lambda: server.request("POST", IMAGES, text, by_key),
                    lambda: server.request("POST", BWS, h.bws_body(large), bearer),
                    lambda: server.request("POST", BWS, escaped, bearer),
                    lambda: server.request("POST", IDENTITY, form, {"Content-Type": kind})):
        true(request().status in (200, 400), "an answer")
        time.sleep(0.2)
        found = in_memory(server.process.pid, wanted)
        if found is None:
            print("      left out: only root may look into the front")
            return
        same(found, 0, "pieces of the picture in the memory of the front")


def check_3_no_trace_after_the_front_is_killed_over_a_request():
    threads = [threading.Thread(target=lambda r=r: _ignore(r)) for r in requests()]
    for t in threads:
        t.start()
    time.sleep(0.05)
    server.process.send_signal(signal.SIGABRT)
    same(server.process.wait(30), -signal.SIGABRT, "how it ended")
    for t in threads:
        t.join()
    same(everywhere(), [], "files that hold a piece of a picture")
    cores = [n for n in os.listdir(os.getcwd()) if n.startswith("core")]
    same(cores, [], "core files")
    with open("/proc/sys/kernel/core_pattern") as f:
        pattern = f.read().strip()
    if pattern.startswith("/"):
        same(search(os.path.dirname(pattern), NEEDLES, since=STARTED), [], "core files")


def _ignore(request):
    try:
        request()
    except OSError:
        pass


if __name__ == "__main__":
    try:
        h.main([f for name, f in sorted(globals().items()) if name.startswith("check_")])
    finally:
        h.shutil.rmtree(TEMPORARY, ignore_errors=True)
        h.shutil.rmtree(server.state, ignore_errors=True)
