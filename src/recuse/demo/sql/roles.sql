-- roles: the owner that nobody can log in as, and the groups through which access was handed out over the years.
CREATE ROLE records_owner NOLOGIN;
CREATE ROLE report_owner NOLOGIN;
CREATE ROLE cpd_staff NOLOGIN;
CREATE ROLE cpd_editors NOLOGIN;
CREATE ROLE cpd_analysts NOLOGIN;
CREATE ROLE partner_read NOLOGIN;
