SELECT * FROM pub.district, pub.staff, pub.payroll, pub.statuses, pub.patrol, pub.visit, pub.person_audit; SELECT * FROM pub.hidden;
