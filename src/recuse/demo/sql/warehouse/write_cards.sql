COPY stock.gang_extract FROM STDIN
