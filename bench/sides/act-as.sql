SELECT authz.act_as(%s, %s)
