-- A39, the control: nobody but its owner may connect to the other database.
ALTER ROLE owner1 LOGIN PASSWORD 'owner1';
