-- What is queued for the worker, the process that alone ends sessions and applies plans. A login of a server puts jobs and
-- reads; only a login of a worker takes them, tells how far they have come, and ends them: see worker.sql and grants.sql.
-- What is still to be done is in the queue once.
CREATE TABLE recuse_state.job (
  place bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  id text PRIMARY KEY CHECK (id <> ''),
  kind text NOT NULL CHECK (kind IN ('end_sessions', 'plan', 'plan_draft', 'apply', 'verify')),
  subject text NOT NULL CHECK (subject <> ''),
  asked_by text NOT NULL CHECK (asked_by <> ''),
  body jsonb NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'taken', 'done', 'failed', 'refused', 'cut_short')),
  worker text CHECK (worker <> ''),
  taken timestamptz,
  ended timestamptz,
  told text NOT NULL DEFAULT '',
  given integer NOT NULL DEFAULT 0,
  CHECK ((state = 'queued') = (worker IS NULL)),
  CHECK ((state IN ('queued', 'taken')) = (ended IS NULL))
);
CREATE UNIQUE INDEX job_once ON recuse_state.job (kind, subject) WHERE state IN ('queued', 'taken');
CREATE INDEX job_waiting ON recuse_state.job (place) WHERE state IN ('queued', 'taken');
CREATE INDEX job_newest ON recuse_state.job (at DESC);
COMMENT ON TABLE recuse_state.job IS 'what is queued for the worker; each moves from queued to taken to how it ended, and stays';

CREATE FUNCTION recuse_state.job_moves() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS
$$ BEGIN
  IF NOT (OLD.state = 'queued' AND NEW.state = 'taken' OR OLD.state = 'taken' AND NEW.state <> 'taken')
    OR NEW.state = 'queued' AND NEW.kind = 'apply'
  THEN RAISE EXCEPTION 'a job that is % is not made %', OLD.state, NEW.state; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER job_moves BEFORE UPDATE ON recuse_state.job FOR EACH ROW EXECUTE FUNCTION recuse_state.job_moves();

-- How far each has come: rows are added and never changed.
CREATE TABLE recuse_state.job_note (
  place bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  job text NOT NULL REFERENCES recuse_state.job,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  step text NOT NULL CHECK (step <> ''),
  system text NOT NULL,
  done integer NOT NULL,
  total integer NOT NULL,
  sentence text NOT NULL
);
CREATE INDEX job_note_of ON recuse_state.job_note (job, place);
COMMENT ON TABLE recuse_state.job_note IS 'how far each job has come';

-- What a job left: a plan, or a verdict, as bytes.
CREATE TABLE recuse_state.job_document (
  job text PRIMARY KEY REFERENCES recuse_state.job,
  data bytea NOT NULL
);
COMMENT ON TABLE recuse_state.job_document IS 'the plan or verdict that a job left';

-- The workers heard of. One that is silent is dead, and what it had is given to another, or told as cut short.
CREATE TABLE recuse_state.beat (
  worker text PRIMARY KEY CHECK (worker <> ''),
  kinds text[] NOT NULL CHECK (cardinality(kinds) > 0),
  since timestamptz NOT NULL DEFAULT clock_timestamp(),
  seen timestamptz NOT NULL DEFAULT clock_timestamp(),
  ended timestamptz
);
CREATE INDEX beat_seen ON recuse_state.beat (seen DESC);
COMMENT ON TABLE recuse_state.beat IS 'the workers heard of, and when';
