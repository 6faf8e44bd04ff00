-- Which class role a login enters for a purpose under an authority.
SELECT login::text, purpose, authority, nullif(agreement, ''), class_role::text FROM recuse.declaration;
