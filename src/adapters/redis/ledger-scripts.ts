/**
 * The shared ledger's steps, each one script: Redis runs it whole or not at all. The arithmetic of rates is that of
 * src/state/gcra.ts. Numbers are written with 17 digits, as Lua's own way of writing them would round.
 *
 * Every key expires: a rate when it has run out and all reservations of its time are over, a lease with its last
 * holder, a budget a day after its period.
 */

const COMMON = `
local SLACK = 1e-9
local DAY_MS = 86400000
local TOMBSTONE_MS = 3600000
local LEASE_RETRY_MS = 1000
local prefix = KEYS[1]

local function text(number) return string.format('%.17g', number) end

local function clock(told)
  if told ~= '' then return tonumber(told) end
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function name_of(charge)
  if charge.kind == 'budget' then return prefix .. 'b:' .. charge.key .. ':' .. charge.period.name end
  return prefix .. (charge.kind == 'rate' and 'r:' or 'l:') .. charge.key
end

local function drained(charge, now)
  local saved = redis.call('HMGET', name_of(charge), 'level', 'at', 'added', 'count', 'window')
  local rate = { level = tonumber(saved[1] or 0), at = tonumber(saved[2] or now), added = tonumber(saved[3] or 0) }
  local count, window = charge.limit.count, charge.limit.windowMs
  local was = { count = tonumber(saved[4] or count), window = tonumber(saved[5] or window) }
  local is_new = was.count ~= count or was.window ~= window
  if now < rate.at - was.window then
    rate.at = now
    rate.changed = true
  end
  if now > rate.at then
    rate.level = math.max(0, rate.level - (now - rate.at) * was.count / was.window)
    rate.at = now
  end
  if is_new then
    rate.level = math.min(rate.level, count)
    rate.changed = true
  end
  return rate
end

-- Never sooner than it was to: a request that may take long still counts on the key.
local function keep_for(name, ttl)
  if redis.call('PTTL', name) < ttl then redis.call('PEXPIRE', name, text(ttl)) end
end

local function keep_rate(charge, rate, ttl)
  local name = name_of(charge)
  redis.call('HSET', name, 'level', text(rate.level), 'at', text(rate.at), 'added', text(rate.added),
    'count', text(charge.limit.count), 'window', text(charge.limit.windowMs))
  local full_in = math.ceil(rate.level * charge.limit.windowMs / charge.limit.count)
  keep_for(name, full_in + ttl + charge.limit.windowMs)
end

local function used_of(charge) return tonumber(redis.call('GET', name_of(charge)) or 0) end

local function add_used(charge, amount, now)
  local used = math.max(0, used_of(charge) + amount)
  local ttl = math.max(DAY_MS, charge.period.endsAt - now + DAY_MS)
  redis.call('SET', name_of(charge), string.format('%.0f', used), 'PX', text(ttl))
end

local function put(charge, amount, now, ttl)
  local rate = drained(charge, now)
  rate.level = rate.level + amount
  rate.added = rate.added + amount
  keep_rate(charge, rate, ttl)
  return rate.added
end

-- What was reserved is corrected to what was used. Returns false where nothing was reserved.
local function settle(id, used, now)
  local name = prefix .. 'i:' .. id
  local saved = redis.call('HMGET', name, 'charges', 'places', 'ttl')
  if not saved[1] then return false end
  redis.call('DEL', name)
  local places = cjson.decode(saved[2])
  for i, charge in ipairs(cjson.decode(saved[1])) do
    local amount = used[charge.key]
    if charge.kind == 'lease' then
      redis.call('ZREM', name_of(charge), id)
    elseif amount and amount ~= charge.amount then
      local spare = charge.amount - amount
      if charge.kind == 'budget' then
        add_used(charge, -spare, now)
      elseif spare < 0 then
        put(charge, -spare, now, tonumber(saved[3]))
      else
        local rate = drained(charge, now)
        local beneath = rate.level - (rate.added - tonumber(places[i]))
        rate.level = rate.level - math.max(0, math.min(spare, beneath))
        keep_rate(charge, rate, tonumber(saved[3]))
      end
    end
  end
  return true
end
`

/**
 * KEYS: prefix. ARGV: now or '' (the server's clock), id, ttl in ms, charges as JSON.
 * Answers: refusing charge from 1 (0 = granted), ms to wait (`inf` = for ever), then of each charge what is left and ms
 * until it is whole.
 */
export const RESERVE: string = `${COMMON}
local now, id, ttl = clock(ARGV[1]), ARGV[2], tonumber(ARGV[3])
local charges = cjson.decode(ARGV[4])

local function holders(charge)
  redis.call('ZREMRANGEBYSCORE', name_of(charge), '-inf', text(now))
  return redis.call('ZCARD', name_of(charge))
end

local function wait_of(charge)
  if charge.kind == 'rate' then
    local rate = drained(charge, now)
    if rate.changed then keep_rate(charge, rate, ttl) end
    local excess = rate.level + charge.amount - charge.limit.count * (1 + SLACK)
    if excess <= 0 then return 0 end
    if charge.amount > charge.limit.count then return math.huge end
    return math.ceil(excess * charge.limit.windowMs / charge.limit.count)
  end
  if charge.kind == 'lease' then return holders(charge) < charge.limit and 0 or LEASE_RETRY_MS end
  if used_of(charge) + charge.amount <= charge.limit then return 0 end
  if charge.amount > charge.limit then return math.huge end
  return math.max(1, charge.period.endsAt - now)
end

local function standing_of(charge)
  if charge.kind == 'rate' then
    local rate, count = drained(charge, now), charge.limit.count
    local left = math.max(0, math.floor(count - rate.level + math.min(0.5, count * SLACK)))
    return left, math.ceil(rate.level * charge.limit.windowMs / count)
  end
  if charge.kind == 'lease' then return math.max(0, charge.limit - holders(charge)), 0 end
  return math.max(0, charge.limit - used_of(charge)), math.max(0, charge.period.endsAt - now)
end

local function take(charge)
  if charge.kind == 'rate' then return put(charge, charge.amount, now, ttl) end
  if charge.kind == 'budget' then
    add_used(charge, charge.amount, now)
  else
    redis.call('ZADD', name_of(charge), text(now + ttl), id)
    keep_for(name_of(charge), ttl)
  end
  return 0
end

local refused_by, wait = 0, 0
local name = prefix .. 'i:' .. id
if redis.call('EXISTS', prefix .. 'x:' .. id) == 1 then
  refused_by, wait = 1, LEASE_RETRY_MS
elseif redis.call('EXISTS', name) == 0 then
  for i, charge in ipairs(charges) do
    local its = wait_of(charge)
    if its > wait then refused_by, wait = i, its end
  end
  if refused_by == 0 then
    local places = {}
    for i, charge in ipairs(charges) do places[i] = text(take(charge)) end
    redis.call('HSET', name, 'charges', ARGV[4], 'places', cjson.encode(places), 'ttl', ARGV[3])
    redis.call('PEXPIRE', name, ARGV[3])
  end
end
local answer = { tostring(refused_by), wait == math.huge and 'inf' or text(wait) }
for _, charge in ipairs(charges) do
  local left, reset = standing_of(charge)
  table.insert(answer, text(left))
  table.insert(answer, text(reset))
end
return answer
`

/** KEYS: prefix. ARGV: now or '', id, what was used by key as JSON. */
export const SETTLE: string = `${COMMON}
if settle(ARGV[2], cjson.decode(ARGV[3]), clock(ARGV[1])) then
  redis.call('SET', prefix .. 'd:' .. ARGV[2], '', 'PX', TOMBSTONE_MS)
end
return 1
`

/**
 * Voids a reservation whose answer was not waited for: one that was taken is given back, one that comes later (it was on
 * its way) is refused.
 * KEYS: prefix. ARGV: now or '', id.
 */
export const CANCEL: string = `${COMMON}
local nothing = {}
local charges = redis.call('HGET', prefix .. 'i:' .. ARGV[2], 'charges')
for _, charge in ipairs(cjson.decode(charges or '[]')) do nothing[charge.key] = 0 end
settle(ARGV[2], nothing, clock(ARGV[1]))
redis.call('SET', prefix .. 'x:' .. ARGV[2], '', 'PX', TOMBSTONE_MS)
return 1
`

/**
 * For requests that have ended, told by their records: settles what was reserved, and counts what never was (its node
 * could not ask at that time). Each id once: it is remembered for an hour, longer than any record is on its way.
 * KEYS: prefix. ARGV: now or '', then of each request its id and its charges with what was used, as JSON.
 */
export const FINISH: string = `${COMMON}
local now = clock(ARGV[1])
for i = 2, #ARGV, 2 do
  local id, booked = ARGV[i], cjson.decode(ARGV[i + 1])
  local used = {}
  for _, one in ipairs(booked) do used[one.charge.key] = one.used end
  redis.call('SET', prefix .. 'x:' .. id, '', 'PX', TOMBSTONE_MS)
  if redis.call('SET', prefix .. 'd:' .. id, '', 'NX', 'PX', TOMBSTONE_MS) and not settle(id, used, now) then
    for _, one in ipairs(booked) do
      if one.charge.kind == 'rate' then
        put(one.charge, one.used, now, 0)
      elseif one.charge.kind == 'budget' then
        add_used(one.charge, one.used, now)
      end
    end
  end
end
return 1
`

/**
 * Raises what is counted of budgets to what one node knows to have been used.
 * KEYS: prefix. ARGV: now or '', then of each budget its key, its period and what was used, as JSON.
 */
export const RAISE: string = `${COMMON}
local now = clock(ARGV[1])
for i = 2, #ARGV do
  local budget = cjson.decode(ARGV[i])
  budget.kind = 'budget'
  local missing = budget.used - used_of(budget)
  if missing > 0 then add_used(budget, missing, now) end
end
return 1
`
