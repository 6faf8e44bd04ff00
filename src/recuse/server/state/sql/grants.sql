-- All that a login of the server may do with the state: given anew whenever the state is prepared, for all that is there.
GRANT USAGE ON SCHEMA recuse_state TO {login};
GRANT SELECT ON recuse_state.migration TO {login};
GRANT SELECT, UPDATE (policy, place, since) ON recuse_state.serving TO {login};
GRANT SELECT, INSERT, UPDATE (seen, ended, why, name, claims) ON recuse_state.session TO {login};
GRANT SELECT, INSERT, DELETE ON recuse_state.login TO {login};
GRANT SELECT, INSERT, UPDATE, DELETE ON recuse_state.throttle TO {login};
GRANT SELECT, INSERT, UPDATE (salt, data) ON recuse_state.request TO {login};
GRANT SELECT, INSERT, UPDATE (salt, data) ON recuse_state.outcome TO {login};
GRANT SELECT ON recuse_state.secret TO {login};
GRANT SELECT, INSERT, DELETE ON recuse_state.task TO {login};
GRANT SELECT, INSERT, UPDATE (salt, data) ON recuse_state.permit_request TO {login};
GRANT SELECT, INSERT, UPDATE (salt, data) ON recuse_state.permit_note TO {login};
GRANT SELECT, INSERT, UPDATE (name, role), DELETE ON recuse_state.search TO {login};
GRANT SELECT, INSERT (id, kind, subject, asked_by, body) ON recuse_state.job TO {login};
GRANT SELECT ON recuse_state.job_note, recuse_state.job_document, recuse_state.beat TO {login};
GRANT SELECT, INSERT ON recuse_state.draft TO {login};
GRANT SELECT, INSERT ON recuse_state.draft_paper TO {login};
