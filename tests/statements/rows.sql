-- The rows of the world, open ones first; run again, it makes all tables as they were.
TRUNCATE lab.ward, lab.person, lab.holder, lab.visit, lab.note, lab.loan, lab.claim, lab.booking, lab.event, lab.asset, lab.undecided,
  lab.letter, lab.closed RESTART IDENTITY CASCADE;
INSERT INTO lab.holder VALUES (0, 'nobody');
INSERT INTO lab.ward SELECT n, 'ward ' || n FROM generate_series(1, 3) n;
INSERT INTO lab.ward SELECT 900000000 + n, 'SECRET-ward-' || n, true FROM generate_series(1, 2) n;
INSERT INTO lab.person (id, badge, name, level, ward_id, remark)
  SELECT n, 'P-' || n, 'person ' || n, n, 1 + n % 3, 'SECRET-remark-' || n FROM generate_series(1, 4) n;
INSERT INTO lab.person (id, badge, name, level, ward_id, remark, hidden)
  SELECT 910000000 + n, 'SECRET-P-' || n, 'SECRET-person-' || n, n, 900000000 + n, 'SECRET-hidden-remark-' || n, true
  FROM generate_series(1, 2) n;
INSERT INTO lab.holder SELECT n, 'holder ' || n FROM generate_series(1, 3) n;
INSERT INTO lab.holder SELECT 920000000 + n, 'SECRET-holder-' || n, true FROM generate_series(1, 2) n;
INSERT INTO lab.visit (holder_id, body) SELECT n, 'visit ' || n FROM generate_series(1, 3) n;
INSERT INTO lab.visit (holder_id, body, hidden) SELECT 1 + n % 2, 'SECRET-visit-' || n, true FROM generate_series(1, 3) n;
INSERT INTO lab.note (holder_id, body) SELECT n, 'note ' || n FROM generate_series(1, 3) n;
INSERT INTO lab.note (holder_id, body, hidden) SELECT 1 + n % 2, 'SECRET-note-' || n, true FROM generate_series(1, 3) n;
INSERT INTO lab.loan SELECT n, n, 'loan ' || n FROM generate_series(1, 3) n;
INSERT INTO lab.loan SELECT 930000000 + n, 1 + n % 2, 'SECRET-loan-' || n, true FROM generate_series(1, 3) n;
INSERT INTO lab.claim VALUES (1, 1, 'claim 1', false), (930100003, 3, 'SECRET-claim-3', true);
INSERT INTO lab.booking SELECT n, int4range(10 * n, 10 * n + 5), 'booking ' || n FROM generate_series(1, 3) n;
INSERT INTO lab.booking SELECT 940000000 + n, int4range(940000000 + 10 * n, 940000000 + 10 * n + 5), 'SECRET-booking-' || n, true
  FROM generate_series(1, 2) n;
INSERT INTO lab.event SELECT n, k, 'event ' || k || n FROM generate_series(1, 2) n, unnest('{a,b,c}'::text[]) k;
INSERT INTO lab.event SELECT 950000000 + n, k, 'SECRET-event-' || k || n, true FROM generate_series(1, 2) n, unnest('{a,b,c}'::text[]) k;
INSERT INTO lab.asset SELECT n, 'asset ' || n, 'SECRET-asset-remark-' || n FROM generate_series(1, 2) n;
INSERT INTO lab.asset SELECT 960000000 + n, 'SECRET-asset-' || n, 'SECRET-hidden-asset-remark-' || n, true FROM generate_series(1, 2) n;
INSERT INTO lab.vehicle SELECT 10 + n, 'vehicle ' || n, 'SECRET-vehicle-remark-' || n, false, 'PLATE-' || n FROM generate_series(1, 2) n;
INSERT INTO lab.vehicle SELECT 970000000 + n, 'SECRET-vehicle-' || n, 'SECRET-hidden-vehicle-remark-' || n, true, 'SECRET-PLATE-' || n
  FROM generate_series(1, 2) n;
INSERT INTO lab.vessel SELECT 20 + n, 'vessel ' || n, 'SECRET-vessel-remark-' || n FROM generate_series(1, 2) n;
INSERT INTO lab.vessel SELECT 970000010 + n, 'SECRET-vessel-' || n, 'SECRET-hidden-vessel-remark-' || n, true FROM generate_series(1, 2) n;
INSERT INTO lab.undecided VALUES
  (1, 'undecided 1', 1, true), (2, 'undecided 2', 4, true),
  (980000001, 'SECRET-undecided-1', NULL, true), (980000002, 'SECRET-undecided-2', 9, true),
  (980000003, 'SECRET-undecided-3', 1, NULL), (980000004, 'SECRET-undecided-4', 1, false),
  (980000005, 'SECRET-undecided-5', NULL, NULL);
INSERT INTO lab.letter (body) SELECT 'SECRET-letter-' || n FROM generate_series(1, 3) n;
INSERT INTO lab.closed SELECT 990000000 + n, 'SECRET-closed-' || n FROM generate_series(1, 2) n;
