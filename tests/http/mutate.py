# SPDX-License-Identifier: Apache-2.0
"""Changed requests for soak.py: number `index` of a seed is always the same bytes, so whatever one of them does can be
done again. Eight kinds; those in FRAMED are whole HTTP requests whose content is wrong, so the server owes an answer."""
import copy
import json
import random
import time

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

import harness as h

FRAMED = ("body", "picture", "json", "token", "form")
PATHS = {"bws": h.BWS, "images": h.IMAGES, "identity": h.IDENTITY}
ODD = [None, True, False, 0, -1, 2, 1e308, 2 ** 63, "", " ", "a", "\0", "\ud800", "A" * 3000, [], {}, [[]], [{}], [None] * 40,
       {"image": ""}, "====", "data:image/png;base64,AAAA", {"": {"": {"": []}}}]


class Material:
    """What the changes start from: credentials, a picture, hostile files, a time for all tokens and containers."""

    def __init__(self, key, api_key, picture, other, hostile):
        self.key, self.api_key, self.picture, self.other, self.hostile = key, api_key, picture, other, hostile
        self.now = int(time.time())
        self.claims = {"iss": "app", "aud": "BWS", "sub": "app", "nbf": self.now, "iat": self.now, "exp": self.now + 86400}
        self.token = h.token(key, "app", claims=self.claims)


def change(noise, data, most=6):
    """The same bytes with some flipped, cut out, doubled or put in."""
    data = bytearray(data) or bytearray(b"x")
    for _ in range(noise.randint(1, most)):
        at = noise.randrange(len(data)) if noise.random() < 0.5 else noise.randrange(min(len(data), 600))
        kind = noise.random()
        if kind < 0.5:
            data[at] = noise.randrange(256)
        elif kind < 0.7:
            del data[at:at + noise.randint(1, 40)]
        elif kind < 0.9:
            data[at:at] = data[at:at + noise.randint(1, 40)]
        else:
            data[at:at] = noise.randbytes(noise.randint(1, 20))
        if not data:
            data = bytearray(b"x")
    return bytes(data)


def damaged(noise, m):
    """A picture with damage: changed, cut, spliced with a hostile one, or a hostile one itself."""
    kind, picture = noise.random(), noise.choice((m.picture, m.other))
    if kind < 0.4:
        return change(noise, picture, 20)
    if kind < 0.6:
        return picture[:noise.randrange(len(picture))]
    hostile = noise.choice(m.hostile)
    if kind < 0.8:
        cut = noise.randrange(len(hostile) + 1)
        return hostile[:cut] + picture[noise.randrange(len(picture)):]
    return change(noise, hostile, 3) if hostile else b""


def odd_json(noise, value):
    """The same tree with one or two nodes replaced, renamed, doubled or wrapped."""
    text = json.dumps(value)
    for _ in range(noise.randint(1, 2)):
        nodes, stack = [], [value]
        while stack:
            node = stack.pop()
            items = list(node.items()) if isinstance(node, dict) else list(enumerate(node))
            nodes += [(node, place) for place, _ in items]
            stack += [child for _, child in items if isinstance(child, (dict, list))]
        if not nodes:
            break
        node, place = noise.choice(nodes)
        kind = noise.random()
        if kind < 0.5:
            node[place] = copy.deepcopy(noise.choice(ODD))
        elif kind < 0.7 and isinstance(node, dict):
            node[noise.choice(("x", place.upper(), place + "s", "", "live_images", "tags", "index"))] = node.pop(place)
        elif kind < 0.85 and isinstance(node, list):
            node.insert(place, copy.deepcopy(noise.choice(node + ODD)))
        else:
            node[place] = [node[place]] * noise.randint(1, 3)
        text = json.dumps(value)
    if noise.random() < 0.1:
        text = text.replace("{", '{"a":1,"a":2,', 1)
    if noise.random() < 0.1:
        text = text.replace('"', "\\u0022", 1)
    return text.encode("utf-8", "surrogatepass")


def content(noise, m, dialect, picture):
    """The tree of a JSON request with this picture."""
    if dialect == "images":
        return {"images": [{"index": 0, "type": "RGB", "data": h.b64(picture), "autoRotate": noise.random() < 0.3}],
                "model": "JCV_2D_I25000"}
    items = [{"image": h.b64(picture), "tags": []}]
    if noise.random() < 0.2:
        items.append({"image": h.b64(m.other), "tags": ["up"]})
    return {"liveImages": items}


def sealed(noise, m, frame, wrong):
    """A liveness file around a frame; `wrong`: damaged outside or, under a good tag, inside."""
    plain = h.liveness_data([frame], created_ms=m.now * 1000)
    if wrong and noise.random() < 0.5:
        plain = change(noise, plain, 4)
    nonce, start = noise.randbytes(12), b"BFLV\1"
    file = start + nonce + AESGCM(h.LIVENESS_KEY).encrypt(nonce, plain, start)
    return change(noise, file, 4) if wrong and noise.random() < 0.5 else file


def odd_form(noise, m):
    """A form with wrong parts, wrong content, or both."""
    encrypted = h.encrypt(damaged(noise, m) if noise.random() < 0.5 else m.picture)
    if noise.random() < 0.3:
        encrypted = change(noise, encrypted, 2)
    text = h.b64(encrypted).encode()
    if noise.random() < 0.2:
        text = change(noise, text, 3)
    frame = damaged(noise, m) if noise.random() < 0.3 else m.other
    parts = [("liveness_file", sealed(noise, m, frame, noise.random() < 0.4), "live.bin"), ("encrypted_image", text, None),
             ("auto_rotate", noise.choice((b"true", b"1", b"", b"maybe", b"t" * 5000)), None),
             (noise.choice(("check_quality", "x", "", "a\"b", "n" * 400)), noise.choice((b"0", b"\0", b"TRUE")), None)]
    kind = noise.random()
    if kind < 0.2:
        parts.pop(noise.randrange(len(parts)))
    elif kind < 0.4:
        parts.append(noise.choice(parts))
    elif kind < 0.5:
        parts *= noise.randint(2, 30)
    noise.shuffle(parts)
    body, kind = h.multipart(parts, boundary=noise.choice(("b1", "-" * 70, "x" * 200, "a b", "'()+_,-./:=?")))
    return (change(noise, body, 2) if noise.random() < 0.3 else body), kind


def odd_token(noise, m):
    """A token nobody signed, or one that says what may not be said."""
    claims, head = dict(m.claims), {}
    kind = noise.randrange(6)
    if kind == 0:
        return change(noise, m.token.encode(), 3).decode("latin-1").replace("\r", "").replace("\n", "").replace("\0", "")
    if kind == 1:
        claims[noise.choice(list(claims) + ["x"])] = noise.choice(ODD[:16])
    elif kind == 2:
        odd = noise.choice(ODD[:16] + ["none", "RS256", "HS1", "../../etc/passwd"])
        head[noise.choice(("alg", "typ", "kid", "crit", "jku"))] = odd
    elif kind == 3:
        return h.token(noise.randbytes(noise.choice((0, 1, 32, 64, 100))), "app", claims=claims)
    elif kind == 4:
        text = json.dumps(claims)
        return h.token(m.key, "app", raw_claims=text[:-1] + noise.choice((',"exp":9999999999}', ',"sub":"app"}', "", "}}", ",}")))
    return h.token(m.key, "app", alg=noise.choice(("HS256", "HS384", "HS512")), header=head, claims=claims)


def head(m, dialect, kind, length=None, token=None, extra=()):
    lines = ["POST %s HTTP/1.1" % PATHS[dialect], "Host: x", "Content-Type: " + kind]
    if dialect == "bws":
        lines.append("Authorization: Bearer " + (m.token if token is None else token))
    elif dialect == "images":
        lines.append("api-key: " + (m.api_key if token is None else token))
    if length is not None:
        lines.append("Content-Length: %d" % length)
    return lines + list(extra)


def join(lines, body=b""):
    return "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n" + body


def odd_head(noise, m, dialect, body, kind):
    lines = head(m, dialect, kind, len(body))
    at = noise.randrange(len(lines))
    what = noise.randrange(9)
    if what == 0:
        del lines[at]
    elif what == 1:
        lines.insert(at, lines[at])
    elif what == 2:
        lines.append("X-Much: " + "y" * noise.choice((10, 8000, 26000, 70000)))
    elif what == 3:
        lines[0] = noise.choice(("GET", "PUT", "TRACE", "CONNECT", "post", "", "P\0ST", "OPTIONS")) + lines[0][4:]
    elif what == 4:
        lines[0] = "POST %s HTTP/1.1" % noise.choice((PATHS[dialect] + "/", "*", "//", "/%00", "/../etc/passwd", "/" + "a" * 9000,
                                                      PATHS[dialect] + "?x=" + "y" * 100, "http://x" + PATHS[dialect]))
    elif what == 5:
        lines[0] = lines[0].replace("HTTP/1.1", noise.choice(("HTTP/1.0", "HTTP/2.0", "HTTP/9", "XTTP/1.1", "", "HTTP/1.1 x")))
    elif what == 6:
        lines.append(noise.choice(("Transfer-Encoding: chunked", "Transfer-Encoding: gzip", "Content-Length: 3", "Expect: 1",
                                   "Content-Length: -1", "Content-Length: 99999999999999999999", "Host: y", " folded", "no colon",
                                   "Reference-Number: \x7f", "Reference-Number: " + "r" * 300, "traceparent: 00-zz", ": x")))
    elif what == 7:
        lines[at] = change(noise, lines[at].encode("latin-1", "replace"), 3).decode("latin-1")
    else:
        lines[2] = "Content-Type: " + noise.choice(("text/plain", "", "application/json;charset=\xff", "multipart/form-data",
                                                    "multipart/form-data; boundary=", "application/json" * 100))
    return join(lines, body)


def odd_chunks(noise, m, dialect, body, kind):
    pieces, at = b"", 0
    while at < len(body):
        size = min(noise.randint(1, 5000), len(body) - at)
        line = b"%x" % size
        if noise.random() < 0.15:
            line = noise.choice((b"", b"-1", b"ffffffffffffffff", b"zz", b"%x;a=b" % size, b"%x" % (size + 3), b"0"))
        pieces += line + b"\r\n" + body[at:at + size] + (b"\r\n" if noise.random() > 0.05 else b"")
        at += size
    return join(head(m, dialect, kind, extra=["Transfer-Encoding: chunked"]), pieces + b"0\r\n\r\n")


def request(seed, index, m):
    """(kind, dialect, bytes)."""
    noise = random.Random(seed * 1000003 + index)
    dialect = noise.choice(("bws", "images", "identity"))
    what = noise.choice(("bytes", "body", "picture", "json", "token", "form", "head", "chunks"))
    if what == "form":
        dialect = "identity"
    if what in ("json", "token") and dialect == "identity":
        dialect = "bws"
    picture = damaged(noise, m) if what == "picture" else m.picture
    if what == "form":
        body, kind = odd_form(noise, m)
    elif dialect == "identity":
        body, kind = h.multipart([("liveness_file", sealed(noise, m, m.other, False), "live.bin"),
                                  ("encrypted_image", h.b64(h.encrypt(picture)).encode(), None)])
    else:
        tree = content(noise, m, dialect, picture)
        body, kind = (odd_json(noise, tree) if what == "json" else json.dumps(tree).encode()), "application/json"
    if what == "body":
        body = change(noise, body)
    if what == "head":
        return what, dialect, odd_head(noise, m, dialect, body, kind)
    if what == "chunks":
        return what, dialect, odd_chunks(noise, m, dialect, body, kind)
    token = None
    if what == "token":
        token = odd_token(noise, m) if dialect == "bws" else change(noise, m.api_key.encode(), 2).decode("latin-1")
        token = "".join(c for c in token if c >= " ")
    data = join(head(m, dialect, kind, len(body), token), body)
    return what, dialect, change(noise, data) if what == "bytes" else data
