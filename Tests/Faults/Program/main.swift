Faults.main()
