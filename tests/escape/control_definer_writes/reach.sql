SELECT pub.note('x'), pub.rename(1, 'x'), pub.archive();
SELECT what FROM cpd.log;
