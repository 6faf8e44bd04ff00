SELECT v.name, i.narrative FROM records.victim_witness AS v JOIN records.incident AS i USING (incident_id)
