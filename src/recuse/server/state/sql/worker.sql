-- All that a login of a worker may do with the state: given anew whenever the state is prepared.
GRANT USAGE ON SCHEMA recuse_state TO {login};
GRANT SELECT ON recuse_state.migration TO {login};
GRANT SELECT, UPDATE (state, worker, taken, ended, told, given) ON recuse_state.job TO {login};
GRANT SELECT, INSERT (job, step, system, done, total, sentence) ON recuse_state.job_note TO {login};
GRANT SELECT, INSERT ON recuse_state.job_document TO {login};
GRANT SELECT, INSERT (worker, kinds), UPDATE (kinds, seen, ended), DELETE ON recuse_state.beat TO {login};
GRANT SELECT ON recuse_state.draft TO {login};
