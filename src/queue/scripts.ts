import type { Redis } from "ioredis";
import { guard } from "./redis-error.ts";

/** A Lua script: runs as one step in Redis. All its keys lie in one slot. */
export interface Script {
  readonly name: string;
  readonly keys: number;
  readonly lua: string;
}

/**
 * Accepts events: KEYS inbox seen; ARGV window ms, most ids kept, then id and payload in turn.
 * Gives the number added. Uses the server's clock, so that processes need not agree on the time.
 */
export const ENQUEUE: Script = {
  name: "enqueue",
  keys: 2,
  lua: `
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local window = tonumber(ARGV[1])
local added = 0
for i = 3, #ARGV, 2 do
  if redis.call('ZADD', KEYS[2], 'NX', now, ARGV[i]) == 1 then
    redis.call('XADD', KEYS[1], '*', 'i', ARGV[i], 'p', ARGV[i + 1])
    added = added + 1
  end
end
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now - window)
redis.call('ZREMRANGEBYRANK', KEYS[2], 0, -1 - tonumber(ARGV[2]))
redis.call('PEXPIRE', KEYS[2], window)
return added`,
};

/** Marks partitions as having events: KEYS dirty; ARGV partitions. */
export const MARK_DIRTY: Script = {
  name: "mark_dirty",
  keys: 1,
  lua: `
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
for i = 1, #ARGV do redis.call('ZADD', KEYS[1], now, ARGV[i]) end
return now`,
};

/**
 * Notes the last batch of a leecher: KEYS its mark, cursor; ARGV number of the batch before ("" when
 * there is none), number of this one, cursor, time to live of the mark ms. 0 when the mark is not what
 * it was left at, so Redis has lost something.
 */
export const ADVANCE: Script = {
  name: "advance",
  keys: 2,
  lua: `
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[4])
redis.call('SET', KEYS[2], ARGV[3])
return 1`,
};

/** Takes a mark away unless it was renewed: KEYS dirty; ARGV partition, score read, least age ms. */
export const UNMARK_DIRTY: Script = {
  name: "unmark_dirty",
  keys: 1,
  lua: `
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
if now - tonumber(ARGV[2]) < tonumber(ARGV[3]) then return 0 end
if redis.call('ZSCORE', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
return redis.call('ZREM', KEYS[1], ARGV[1])`,
};

/**
 * Makes a drain the owner: KEYS owner inbox fails turn; ARGV identity, time to live ms, starts allowed.
 * Gives state, head entry id, starts of that head without progress.
 *
 * `turn`: a long job has the project. `held`: another drain still has a lease on it, and may write for as long;
 * that of a process that died ends by itself. `suspect`: the head was started that often and never got done, so
 * it may be what kills processes; nothing was claimed. A repeated call of the same owner counts no start.
 */
export const CLAIM: Script = {
  name: "claim",
  keys: 4,
  lua: `
if redis.call('EXISTS', KEYS[4]) == 1 then return {'turn', '', 0} end
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return {'held', '', 0} end
local head = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)
local id = ''
local starts = 0
if #head > 0 then
  id = head[1][1]
  starts = tonumber(redis.call('HGET', KEYS[3], 's:' .. id) or 0)
  if not holder then
    if starts >= tonumber(ARGV[3]) then return {'suspect', id, starts} end
    starts = redis.call('HINCRBY', KEYS[3], 's:' .. id, 1)
  end
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return {'owner', id, starts}`,
};

/**
 * Reads the next events: KEYS inbox fails; ARGV most events, most bytes. At least one event whatever its
 * size. Gives failures and outage holds of the first, then entry id, dedup id and payload in turn.
 */
export const READ: Script = {
  name: "read",
  keys: 2,
  lua: `
local count, bytes = tonumber(ARGV[1]), tonumber(ARGV[2])
local out = {0, 0}
local from, size, n = '-', 0, 0
while n < count do
  local step = math.min(20, count - n)
  local entries = redis.call('XRANGE', KEYS[1], from, '+', 'COUNT', step)
  for _, entry in ipairs(entries) do
    local fields = entry[2]
    size = size + #fields[4]
    if n > 0 and size > bytes then return out end
    if n == 0 then
      local f = redis.call('HMGET', KEYS[2], entry[1], 'o:' .. entry[1])
      out[1] = tonumber(f[1] or 0)
      out[2] = tonumber(f[2] or 0)
    end
    n = n + 1
    out[#out + 1] = entry[1]
    out[#out + 1] = fields[2]
    out[#out + 1] = fields[4]
    from = '(' .. entry[1]
  end
  if #entries < step then return out end
end
return out`,
};

/**
 * Removes handled events if the caller is the owner: KEYS inbox owner fails turn; ARGV identity, time to
 * live ms, entry ids. Gives the number removed (-1: fenced), and 1 when a long job wants the turn.
 */
export const COMMIT: Script = {
  name: "commit",
  keys: 4,
  lua: `
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return {-1, 0} end
local n = 0
for i = 3, #ARGV do
  n = n + redis.call('XDEL', KEYS[1], ARGV[i])
  redis.call('HDEL', KEYS[3], ARGV[i], 'o:' .. ARGV[i], 's:' .. ARGV[i])
end
redis.call('PEXPIRE', KEYS[2], ARGV[2])
return {n, redis.call('EXISTS', KEYS[4])}`,
};

/** Counts for an entry if the caller is the owner: KEYS owner fails; ARGV identity, field. -1: fenced. */
export const COUNT: Script = {
  name: "count",
  keys: 2,
  lua: `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return -1 end
return redis.call('HINCRBY', KEYS[2], ARGV[2], 1)`,
};

/**
 * Moves an event to the dead letters if the caller is the owner: KEYS inbox owner fails dead; ARGV
 * identity, entry id, most dead letters kept, then fields and values to add. 1 moved, 2 moved and the
 * oldest dead letter dropped for it, 0 gone, -1 fenced.
 */
export const BURY: Script = {
  name: "bury",
  keys: 4,
  lua: `
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return -1 end
local found = redis.call('XRANGE', KEYS[1], ARGV[2], ARGV[2])
if #found == 0 then return 0 end
local fields = found[1][2]
for i = 4, #ARGV do fields[#fields + 1] = ARGV[i] end
local full = redis.call('XLEN', KEYS[4]) >= tonumber(ARGV[3])
redis.call('XADD', KEYS[4], 'MAXLEN', ARGV[3], '*', unpack(fields))
redis.call('XDEL', KEYS[1], ARGV[2])
redis.call('HDEL', KEYS[3], ARGV[2], 'o:' .. ARGV[2], 's:' .. ARGV[2])
return full and 2 or 1`,
};

/**
 * Puts a dead letter back at the end of its inbox: KEYS inbox dead; ARGV entry id of the dead letter,
 * fresh dedup id. 1 done, 0 gone.
 */
export const REDRIVE: Script = {
  name: "redrive",
  keys: 2,
  lua: `
local found = redis.call('XRANGE', KEYS[2], ARGV[1], ARGV[1])
if #found == 0 then return 0 end
redis.call('XADD', KEYS[1], '*', 'i', ARGV[2], 'p', found[1][2][4])
redis.call('XDEL', KEYS[2], ARGV[1])
return 1`,
};

/** An orderly end, so this start was no crash: KEYS owner fails; ARGV identity, head at the claim. */
export const RELEASE: Script = {
  name: "release",
  keys: 2,
  lua: `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if ARGV[2] ~= '' then redis.call('HDEL', KEYS[2], 's:' .. ARGV[2]) end
return redis.call('DEL', KEYS[1])`,
};

/** Keeps a lease alive: KEYS lease; ARGV identity, time to live ms. 0 when it is somebody else's. */
export const RENEW: Script = {
  name: "renew",
  keys: 1,
  lua: `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])`,
};

/** Takes the turn if it is free: KEYS turn owner; ARGV identity, time to live ms. Gives taken, busy. */
export const TAKE_TURN: Script = {
  name: "take_turn",
  keys: 2,
  lua: `
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return {0, 1} end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return {1, redis.call('EXISTS', KEYS[2])}`,
};

/** Ends a lease of ours: KEYS lease; ARGV identity. */
export const DROP: Script = {
  name: "drop",
  keys: 1,
  lua: `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])`,
};

const ALL = [
  ENQUEUE,
  MARK_DIRTY,
  ADVANCE,
  UNMARK_DIRTY,
  CLAIM,
  READ,
  COMMIT,
  COUNT,
  BURY,
  REDRIVE,
  RELEASE,
  RENEW,
  TAKE_TURN,
  DROP,
] as const;

function commandOf(script: Script): string {
  return `aff_${script.name}`;
}

/** Makes the scripts known to a new client and to its pipelines. */
export function defineScripts(client: Redis): void {
  for (const script of ALL) {
    client.defineCommand(commandOf(script), {
      numberOfKeys: script.keys,
      lua: script.lua,
    });
  }
}

type Defined = Readonly<
  Record<string, ((...args: (string | number)[]) => unknown) | undefined>
>;

function call(
  target: object,
  script: Script,
  keys: readonly string[],
  args: readonly (string | number)[],
): unknown {
  // ioredis adds a method per defined command at run time; its types cannot know it.
  const method = (target as Defined)[commandOf(script)];
  if (method === undefined)
    throw new TypeError(`${script.name} is not defined`);
  return method.call(target, ...keys, ...args);
}

/** Runs a script by its hash; ioredis loads it when the server does not know it yet. */
export async function run(
  client: Redis,
  script: Script,
  keys: readonly string[],
  args: readonly (string | number)[],
): Promise<unknown> {
  return guard(Promise.resolve(call(client, script, keys, args)));
}

/** Adds a script to a pipeline. */
export function queueScript(
  pipeline: ReturnType<Redis["pipeline"]>,
  script: Script,
  keys: readonly string[],
  args: readonly (string | number)[],
): void {
  call(pipeline, script, keys, args);
}
