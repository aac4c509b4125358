# SPDX-License-Identifier: Apache-2.0
"""The liveness server one would write in an afternoon: http.server with threads, OpenCV (which leaves Python's lock while it works).

usage: python_server.py PORT MODELS     POST {"liveImages":[{"image":"<base64>"}]} -> {"live":bool,"livenessScore":p}
"""
import base64
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cv2
import numpy as np

from peer_check import Checker

mine = threading.local()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        if not hasattr(mine, "checker"):
            mine.checker = Checker(sys.argv[2])
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        data = base64.b64decode(body["liveImages"][0]["image"], validate=True)
        image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
        box = mine.checker.detect(image)
        score = mine.checker.live(image, box) if box else 0.0
        answer = json.dumps({"live": score >= 0.5, "livenessScore": score}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
