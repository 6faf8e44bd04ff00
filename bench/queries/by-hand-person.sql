 AND NOT p.is_protected
