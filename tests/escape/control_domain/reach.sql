ALTER DOMAIN pub.number ADD CHECK (VALUE::text::integer > 0);
ALTER DOMAIN pub.narrow ADD CHECK (VALUE::text::integer > 0);
ALTER TYPE pub.pair ALTER ATTRIBUTE ssn TYPE integer CASCADE;
