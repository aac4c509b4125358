# SPDX-License-Identifier: Apache-2.0
"""A real `bonafide serve` on a free port with a state folder of its own, and what is needed to talk to it.

Written from the three specifications, not from the server: tokens are signed and photos encrypted here by other
libraries than the server's own code. Needs python3, python3-opencv and, for the identity API, python3-cryptography.
"""
import atexit
import base64
import csv
import hashlib
import hmac
import http.client
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

BINARY = os.environ.get("BONAFIDE", "build/dev/src/cli/bonafide")
SHARED = os.environ.get("BONAFIDE_SHARED") or "../shared"
MODELS = os.environ.get("BONAFIDE_MODELS", "")
BWS = "/api/v1/livenessdetection"
IMAGES = "/api/v1/liveness/images"
IDENTITY = "/identity/liveness_image_verification/stateless"


class Response:
    """A response with lower-case header names; `json` is None when the body is not JSON."""

    def __init__(self, status, headers, body):
        self.status = status
        self.header_list = [(k.lower(), v) for k, v in headers]
        self.headers = dict(self.header_list)
        self.body = body
        try:
            self.json = json.loads(body)
        except ValueError:
            self.json = None

    def __repr__(self):
        return "%d %s %r" % (self.status, self.headers, self.body[:300])


class Server:
    def __init__(self, *options, env=None, state=None, wait=60, stderr=None):
        self.state = state or tempfile.mkdtemp(prefix="bonafide-http-")
        self.own_state = state is None
        self.log = open(os.path.join(self.state, "log"), "wb+") if self.own_state else tempfile.TemporaryFile()
        command = [BINARY, "serve", "--listen", "127.0.0.1:0", "--state", os.path.join(self.state, "db")]
        if MODELS:
            command += ["--models", MODELS]
        self.process = subprocess.Popen(command + list(options), stdout=subprocess.PIPE, stderr=stderr or self.log,
                                        env=dict(os.environ, **(env or {})))
        atexit.register(self.stop)
        self.start_lines = []
        line = self.process.stdout.readline().decode()
        if "://" not in line:
            raise SystemExit("serve did not start: %r %r" % (line, self.read_log()[-2000:]))
        self.start_lines.append(line)
        self.port = int(line.rsplit(":", 1)[1])
        self.tls = "https://" in line
        if wait:
            self.wait_ready(wait)

    def wait_ready(self, seconds=60):
        end = time.time() + seconds
        while time.time() < end:
            if self.get("/readyz").status == 200:
                return
            time.sleep(0.1)
        raise SystemExit("not ready in %d s: %r" % (seconds, self.read_log()[-2000:]))

    def command(self, *words):
        done = subprocess.run([BINARY] + list(words) + ["--state", os.path.join(self.state, "db")],
                              capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError("%s: %d %s" % (words, done.returncode, done.stderr))
        return done.stdout

    def add_client(self, name):
        return base64.b64decode(json.loads(self.command("client", "add", name))["key"])

    def add_api_key(self, name):
        return json.loads(self.command("apikey", "add", name))["apiKey"]

    def request(self, method, path, body=None, headers=None, timeout=60):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return Response(response.status, response.getheaders(), response.read())
        finally:
            connection.close()

    def get(self, path, **more):
        return self.request("GET", path, **more)

    def raw(self, data, timeout=20, half_close=False):
        """Sends bytes as they are and reads until the server closes or nothing comes any more."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=timeout) as s:
            try:
                s.sendall(data)
                if half_close:
                    s.shutdown(socket.SHUT_WR)
            except OSError:
                pass
            return read_response(s)

    def read_log(self):
        self.log.flush()
        self.log.seek(0)
        text = self.log.read().decode(errors="replace")
        self.log.seek(0, 2)
        return text

    def stop(self):
        """SIGTERM; returns (exit status, seconds)."""
        if self.process.poll() is not None:
            return self.process.returncode, 0.0
        start = time.time()
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
        took = time.time() - start
        self.final_log = self.read_log()
        if self.own_state:
            shutil.rmtree(self.state, ignore_errors=True)
        return self.process.returncode, took


def read_response(s, final=False):
    """One response from a socket; None when the server closed without one. `final`: interim ones are passed over."""
    data = b""
    try:
        while True:
            while b"\r\n\r\n" not in data:
                piece = s.recv(65536)
                if not piece:
                    return None
                data += piece
            head, data = data.split(b"\r\n\r\n", 1)
            lines = head.decode("latin-1").split("\r\n")
            status = int(lines[0].split()[1])
            headers = [tuple(l.split(": ", 1)) for l in lines[1:] if ": " in l]
            if not 100 <= status < 200:
                break
            if not final:
                return Response(status, headers, b"")
        length = int(dict((k.lower(), v) for k, v in headers).get("content-length", 0))
        while len(data) < length:
            piece = s.recv(65536)
            if not piece:
                break
            data += piece
        return Response(status, headers, data[:length])
    except OSError:
        return None


# ---- tokens (RFC 7515, 7519) ----

def b64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def token(key, sub, alg="HS256", header=None, claims=None, drop=(), raw_claims=None, raw_header=None):
    now = int(time.time())
    head = {"alg": alg, "typ": "JWT"}
    head.update(header or {})
    body = {"iss": sub, "aud": "BWS", "sub": sub, "nbf": now, "iat": now, "exp": now + 300}
    body.update(claims or {})
    for name in drop:
        del body[name]
    text = b64url((raw_header or json.dumps(head)).encode()) + "." + b64url((raw_claims or json.dumps(body)).encode())
    digest = {"HS384": hashlib.sha384, "HS512": hashlib.sha512}.get(alg, hashlib.sha256)
    return text + "." + b64url(hmac.new(key, text.encode(), digest).digest())


# ---- pictures ----

def manifest():
    path = os.path.join(SHARED, "data", "manifest.csv")
    if not os.path.exists(path):
        return []
    with open(path, newline="") as f:
        return list(csv.DictReader(f))


def shared(path):
    with open(os.path.join(SHARED, "data", path), "rb") as f:
        return f.read()


def portrait():
    """The public-domain portrait that stands in for a live face where the shared test data is missing."""
    folder = os.path.join(tempfile.gettempdir(), "bonafide-portrait")
    tool = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tools", "portrait.sh")
    done = subprocess.run([tool, folder], capture_output=True, text=True)
    if done.returncode != 0:
        raise Skip("needs the shared test data or the portrait: " + done.stderr.strip())
    with open(done.stdout.split()[-1], "rb") as f:
        return f.read()


def cv():
    import cv2
    return cv2


def decode(data):
    import numpy
    return cv().imdecode(numpy.frombuffer(data, numpy.uint8), cv().IMREAD_COLOR | cv().IMREAD_IGNORE_ORIENTATION)


def encode(picture, suffix=".png", *options):
    good, data = cv().imencode(suffix, picture, list(options))
    assert good
    return data.tobytes()


def with_exif(jpeg, orientation):
    """The JPEG with an EXIF segment that holds nothing but this orientation (TIFF 6.0, tag 274)."""
    tiff = b"II*\0" + struct.pack("<IHHHIHHI", 8, 1, 274, 3, 1, orientation, 0, 0)
    segment = b"Exif\0\0" + tiff
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment + jpeg[2:]


def gif(picture):
    """A GIF89a of one frame with a palette of 6 x 7 x 6 colours and uncompressed LZW codes."""
    height, width = picture.shape[:2]
    palette = bytes(v for i in range(252) for v in (i // 42 * 51, i // 6 % 7 * 42, i % 6 * 51)) + bytes(12)
    p = picture.astype("int32")
    index = ((p[:, :, 2] + 25) // 51 * 42 + (p[:, :, 1] + 21) // 42 * 6 + (p[:, :, 0] + 25) // 51).clip(0, 251)
    bits, count, out = 0, 0, bytearray()

    def put(code):
        nonlocal bits, count
        bits |= code << count
        count += 9
        while count >= 8:
            out.append(bits & 255)
            bits >>= 8
            count -= 8

    for n, value in enumerate(index.reshape(-1).tolist()):
        if n % 250 == 0:
            put(256)  # clear, so that codes stay 9 bits wide
        put(value)
    put(257)
    out.append(bits & 255)
    blocks = b"".join(bytes([len(out[i:i + 255])]) + out[i:i + 255] for i in range(0, len(out), 255))
    return (b"GIF89a" + struct.pack("<HH", width, height) + b"\xf7\0\0" + palette +
            b"," + struct.pack("<HHHH", 0, 0, width, height) + b"\0\x08" + blocks + b"\0;")


# ---- bodies ----

def b64(data):
    return base64.b64encode(data).decode()


def bws_body(*pictures, tags=None):
    items = [{"image": b64(p)} for p in pictures]
    if tags is not None:
        items[-1]["tags"] = tags
    return json.dumps({"liveImages": items})


def images_body(data, **more):
    return json.dumps(dict({"images": [{"index": 0, "type": "RGB", "data": b64(data)}]}, **more))


def multipart(parts, boundary="b1", quoted=False, preamble=b"", epilogue=b""):
    """parts: (name, bytes, filename or None)"""
    body = preamble
    for name, data, filename in parts:
        body += b"--" + boundary.encode() + b"\r\nContent-Disposition: form-data; name=\"" + name.encode() + b"\""
        if filename:
            body += b"; filename=\"" + filename.encode() + b"\"\r\nContent-Type: application/octet-stream"
        body += b"\r\n\r\n" + data + b"\r\n"
    body += b"--" + boundary.encode() + b"--\r\n" + epilogue
    return body, "multipart/form-data; boundary=" + ('"%s"' % boundary if quoted else boundary)


PHOTO_KEY, PHOTO_IV = b"dcbbad6765e14139a07d34b92292a672", b"df25d188a061"


def encrypt(data, key=PHOTO_KEY, iv=PHOTO_IV):
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    return AESGCM(key).encrypt(iv, data, None)


LIVENESS_KEY = b"a key of our own for these tests"


def varint(n):
    out = b""
    while n > 127:
        out += bytes([n & 127 | 128])
        n >>= 7
    return out + bytes([n])


def field(number, data):
    return varint(number << 3 | 2) + varint(len(data)) + data


def liveness_data(frames, created_ms=None, mode=2):
    created_ms = int(time.time() * 1000) if created_ms is None else created_ms
    message = varint(1 << 3) + varint(created_ms) + varint(2 << 3) + varint(mode)
    return message + b"".join(field(3, field(1, frame)) for frame in frames)


def liveness_file(frames, key=LIVENESS_KEY, plain=None, **more):
    """Written from docs/liveness-container.md."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    head, nonce = b"BFLV\1", os.urandom(12)
    return head + nonce + AESGCM(key).encrypt(nonce, liveness_data(frames, **more) if plain is None else plain, head)


# ---- checks ----

class Checks:
    """Runs functions named check_...; prints one line each; exit status 1 if one failed, 77 if all were left out."""

    def __init__(self):
        self.failed, self.passed, self.skipped = [], 0, []

    def run(self, functions, only=None):
        for function in functions:
            name = function.__name__[len("check_"):].replace("_", " ")
            if only and only not in function.__name__:
                continue
            try:
                function()
                self.passed += 1
                print("ok    %s" % name, flush=True)
            except Skip as why:
                self.skipped.append(name)
                print("SKIP  %s (%s)" % (name, why), flush=True)
            except Exception as why:  # a broken check is a failed one
                self.failed.append(name)
                print("FAIL  %s: %s %s" % (name, type(why).__name__, why), flush=True)
        print("%d passed, %d failed, %d left out" % (self.passed, len(self.failed), len(self.skipped)), flush=True)
        return 1 if self.failed else 77 if not self.passed else 0


class Skip(Exception):
    pass


def same(got, wanted, what=""):
    if got != wanted:
        raise AssertionError("%s is %r, wanted %r" % (what or "value", got, wanted))


def true(condition, what):
    if not condition:
        raise AssertionError(what)


def need_shared():
    if not manifest():
        raise Skip("needs the shared test data")


def main(functions):
    checks = Checks()
    sys.exit(checks.run(functions, sys.argv[1] if len(sys.argv) > 1 else None))
