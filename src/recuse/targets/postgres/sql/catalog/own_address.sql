-- own address: where this server listens, as far as this account may see it.
SELECT current_setting('port') AS port, current_setting('listen_addresses') AS addresses,
       coalesce((SELECT setting FROM pg_settings WHERE name = 'unix_socket_directories'), '') AS sockets,
       coalesce(host(inet_server_addr()), '') AS reached, current_setting('ssl')::bool AS encrypted,
       pg_get_userbyid(10)::text AS bootstrap
