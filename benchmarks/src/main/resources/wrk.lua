-- Copyright 2026 The Pollring Authors
--
-- Licensed under the Apache License, Version 2.0; see the LICENSE file in the project's root.
-- SPDX-License-Identifier: Apache-2.0

-- Run by wrk, with the number of connections and that of the requests to send at a time in its environment (as only
-- init() is given arguments, which another Lua runs than done()). It says what came of them in one line of JSON.

local connections = tonumber(os.getenv("CONNECTIONS"))
local requests

function init(args)
    local copies = {}
    for i = 1, tonumber(os.getenv("PIPELINED")) do
        copies[i] = wrk.format()
    end
    requests = table.concat(copies)
end

function request()
    return requests
end

-- How often each latency was measured. wrk adds to these numbers what it takes for requests that a slow reply has kept
-- from being sent: for each latency of at least two intervals, one that is an interval shorter, one that is two
-- intervals shorter, and so on. It takes the interval for that of requests where it is that of replies in all, so with
-- requests sent 16 at a time most of its latencies were never measured. Here they are taken out again.
local function measured(summary, latency)
    local counts = {}
    local latencies = {}
    local rounds = math.floor(summary.requests / connections)
    local interval = rounds > 0 and math.floor(summary.duration / rounds) or math.huge
    for i = 1, #latency do
        local value, count = latency(i)
        latencies[i] = value
        counts[value] = count
    end
    local total = 0
    -- In ascending order: what is taken out depends on longer latencies, as wrk has left them.
    for _, value in ipairs(latencies) do
        if value > interval then
            counts[value] = counts[value] - (counts[value + interval] or 0)
        end
        total = total + counts[value]
    end
    return latencies, counts, total
end

local function percentile(latencies, counts, total, share)
    local below = 0
    for _, value in ipairs(latencies) do
        below = below + counts[value]
        if below >= share * total then
            return value
        end
    end
    return 0
end

function done(summary, latency, rates)
    -- Of the whole process, up to here: what follows is no part of the load.
    local cpu = os.clock()
    local errors = summary.errors
    local latencies, counts, total = measured(summary, latency)
    io.write(string.format('{"messages":%d,"elapsedNanos":%d,"cpuNanos":%d,"p50Nanos":%d,"p99Nanos":%d,"p999Nanos":%d,'
            .. '"maxNanos":%d,"latencies":%d,"errors":%d}\n', summary.requests, summary.duration * 1000, cpu * 1e9,
            percentile(latencies, counts, total, 0.5) * 1000, percentile(latencies, counts, total, 0.99) * 1000,
            percentile(latencies, counts, total, 0.999) * 1000, latency.max * 1000, total,
            errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
