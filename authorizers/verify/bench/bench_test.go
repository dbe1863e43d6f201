package main

import "testing"

// BenchmarkVerify is the table's measurements under the names algorithm/contestant.
func BenchmarkVerify(b *testing.B) {
	for _, algorithm := range algorithms {
		b.Run(algorithm, func(b *testing.B) {
			s, err := newSetting(algorithm)
			if err != nil {
				b.Fatal(err)
			}
			defer s.close()
			runners, err := s.runners()
			if err != nil {
				b.Fatal(err)
			}
			for _, r := range runners {
				b.Run(r.name, r.bench)
			}
		})
	}
}
