ALTER DOMAIN pub.label ADD CHECK (VALUE::text::integer > 0);
