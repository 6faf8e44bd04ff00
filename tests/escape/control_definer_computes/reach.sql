SELECT pub.initials('SECRET'), pub.age('2000-01-01');
