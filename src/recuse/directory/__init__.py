"""The services directory: HSDS 3 records of several feeds, read strictly, merged by rule, each loss and merge told."""
