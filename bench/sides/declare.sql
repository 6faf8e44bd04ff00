SELECT recuse.declare(%s, %s)
