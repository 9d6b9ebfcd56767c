-- make_partitions :one PartitionsRow
-- Makes the months that are missing, and moves what had fallen outside of them.
SELECT made, moved, strays
FROM make_partitions_v2(:first_month::date, :months::integer)

-- analyze_partitioned :none
-- Lets the planner know the partitioned tables as wholes.
SELECT analyze_partitioned_v1()
