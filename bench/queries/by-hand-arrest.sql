 AND NOT a.is_sealed AND NOT a.is_juvenile
 AND a.district IN ('d01', 'd03', 'd05', 'd07', 'd09', 'd11', 'd13', 'd15', 'd17', 'd19', 'd21', 'd23')
