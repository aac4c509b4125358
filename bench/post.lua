-- SPDX-License-Identifier: Apache-2.0
-- wrk: one request again and again. The body, path and credentials come through the environment.
local file = io.open(os.getenv("LOAD_BODY"), "rb")

wrk.method = "POST"
wrk.path = os.getenv("LOAD_PATH")
wrk.body = file:read("*a")
wrk.headers["Content-Type"] = os.getenv("LOAD_TYPE")
if os.getenv("LOAD_TOKEN") then
   wrk.headers["Authorization"] = "Bearer " .. os.getenv("LOAD_TOKEN")
end

-- Mean pause between an answer and the next request, ms, exponentially spread as independent clients are.
local pause = tonumber(os.getenv("LOAD_PAUSE") or "0")

if pause > 0 then
   math.randomseed(20260101)
   function delay()
      return -pause * math.log(1 - math.random())
   end
end

local bad = 0

function response(status)
   if status ~= 200 then
      bad = bad + 1
   end
end

function done(summary, latency)
   io.write(string.format("RESULT %d %d %d %d %d %d %d\n", summary.requests, summary.duration,
      latency:percentile(50), latency:percentile(95), latency:percentile(99),
      summary.errors.status, summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
