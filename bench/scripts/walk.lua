-- Walks over many shoppers: every line of the file named by the first argument is one ready request, taken in turn.
-- Fields of a line are parted by tabs: method, path, headers (name=value, parted by |), body.
-- The second argument says whether to go round ("round") or to stop at the end of the file ("once").

local requests, at, again = {}, 0, true

function init(arguments)
  again = arguments[2] ~= "once"
  for line in io.lines(arguments[1]) do
    local method, path, headers, body = line:match("^(.-)\t(.-)\t(.-)\t(.*)$")
    local named = {}
    for name, value in headers:gmatch("([^=|]+)=([^|]*)") do named[name] = value end
    requests[#requests + 1] = wrk.format(method, path, named, body ~= "" and body or nil)
  end
end

function request()
  at = at + 1
  if at > #requests then
    if not again then
      io.stderr:write("out of requests\n")
      os.exit(3)
    end
    at = 1
  end
  return requests[at]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    'RESULT {"requests": %d, "seconds": %.6f, "bad": %d, "broken": %d, "p50_ms": %.3f, "p99_ms": %.3f}\n',
    summary.requests, summary.duration / 1e6, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
