-- Makes a key for a gateway's tokens and gives it once, as a result: results stand in no log, arguments may. The key before it holds on until the
-- next is made, so that tokens under way are not lost; a second call ends a key that was stolen.
CREATE OR REPLACE FUNCTION recuse.new_key(gateway name) RETURNS bytea
LANGUAGE plpgsql VOLATILE SECURITY DEFINER PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $recuse$
DECLARE
  -- Two random UUIDs hold 244 random bits; four are taken.
  secret constant bytea := sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())
                                  || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));
  inner_block bytea := secret || decode(repeat('00', 32), 'hex');
  outer_block bytea := inner_block;
BEGIN
  IF NOT EXISTS (SELECT FROM recuse.account a WHERE a.login = new_key.gateway AND a.gateway AND a.active) THEN
    RAISE invalid_parameter_value USING MESSAGE = format('%I is not an active account whose use is gateway', new_key.gateway);
  END IF;
  FOR place IN 0..63 LOOP
    inner_block := set_byte(inner_block, place, get_byte(inner_block, place) # 54);
    outer_block := set_byte(outer_block, place, get_byte(outer_block, place) # 92);
  END LOOP;
  DELETE FROM recuse.gateway_key k WHERE k.login = new_key.gateway
    AND k.made_at < (SELECT max(n.made_at) FROM recuse.gateway_key n WHERE n.login = new_key.gateway);
  INSERT INTO recuse.gateway_key VALUES (new_key.gateway, clock_timestamp(), inner_block, outer_block);
  RETURN secret;
END
$recuse$;
