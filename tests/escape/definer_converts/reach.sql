SELECT pub.audit_codes();
