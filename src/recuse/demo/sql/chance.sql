-- chance: a number from 0 to `below` - 1, fixed by the seed, the row's key and the salt of the column it is for.
CREATE FUNCTION pg_temp.pick(key bigint, seed bigint, salt bigint, below bigint) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN mod(hashint8extended(key, seed * 1000 + salt) & 9223372036854775807, below)::integer;
