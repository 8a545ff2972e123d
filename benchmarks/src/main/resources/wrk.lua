-- Copyright 2026 The Pollring Authors
--
-- Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
-- SPDX-License-Identifier: Apache-2.0

-- Run by wrk: it sends as many requests at a time as it is told, and says what came of them in one line of JSON.

local requests

function init(args)
    local copies = {}
    for i = 1, tonumber(args[1]) do
        copies[i] = wrk.format()
    end
    requests = table.concat(copies)
end

function request()
    return requests
end

function done(summary, latency, rates)
    local errors = summary.errors
    io.write(string.format('{"messages":%d,"elapsedNanos":%d,"p50Nanos":%d,"p99Nanos":%d,"p999Nanos":%d,"maxNanos":%d,'
            .. '"errors":%d}\n',
            summary.requests, summary.duration * 1000, latency:percentile(50) * 1000, latency:percentile(99) * 1000,
            latency:percentile(99.9) * 1000, latency.max * 1000,
            errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
