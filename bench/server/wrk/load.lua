-- The load: sends the octets it is given and reports as one line of JSON.
--
-- args[1] is what a connection sends before it waits. If it holds "{n}" the
-- request is made anew each time with the next number there; else it is built
-- once and wrk never calls Lua again.

function init(args)
  local octets = args[1]
  local from, to = octets:find("{n}", 1, true)
  if from == nil then
    wrk.format = function() return octets end
  else
    local before, after, n = octets:sub(1, from - 1), octets:sub(to + 1), 0
    request = function()
      n = n + 1
      return before .. n .. after
    end
  end
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests":%d,"microseconds":%d,"octets":%d,"p50":%d,"p99":%d,"failed":%d,"socketErrors":%d,"timeouts":%d}\n',
    summary.requests, summary.duration, summary.bytes, latency:percentile(50), latency:percentile(99),
    errors.status, errors.connect + errors.read + errors.write, errors.timeout))
end
