SELECT pub.called(1); SELECT pub.headcount();
