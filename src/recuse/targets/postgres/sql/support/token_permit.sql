-- The permit that a token names, if the token was made for this transaction with one of this gateway's two newest keys and has not
-- run out; else NULL, whatever the token is. HMAC-SHA256 from the core's sha256. The comparison is of hashes under the key, so
-- its time tells nothing that a guess could use.
CREATE OR REPLACE FUNCTION recuse.token_permit(token text) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL RESTRICTED SET search_path = pg_catalog, pg_temp
AS $recuse$
DECLARE
  parts text[];
  message bytea;
BEGIN
  IF token IS NULL OR length(token) > 200
     OR token !~ '^v1[.][A-Za-z0-9_-]{1,64}[.][0-9]{10}[.][0-9a-f]{64}$' THEN
    RETURN NULL;
  END IF;
  parts := string_to_array(token, '.');
  IF to_timestamp(parts[3]::double precision) <= clock_timestamp() THEN
    RETURN NULL;
  END IF;
  message := convert_to('recuse-token.v1.' || recuse.challenge() || '.' || parts[2] || '.' || parts[3], 'UTF8');
  RETURN (SELECT parts[2] FROM recuse.gateway_key k
          WHERE k.login = session_user
            AND sha256(k.outer_block || decode(parts[4], 'hex'))
              = sha256(k.outer_block || sha256(k.outer_block || sha256(k.inner_block || message)))
          LIMIT 1);
END
$recuse$;
