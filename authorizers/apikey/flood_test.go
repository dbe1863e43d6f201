package apikey_test

import (
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"portcullis/authorizers"
	"portcullis/authorizers/apikey"
)

// floods are how somebody without any credential makes up keys, and how many of them are looked up in ten seconds at the most
// where so many may be.
var floods = map[string]struct {
	makes func(s *scene) apikey.Key
	most  int64
}{
	"with a checksum": {func(*scene) apikey.Key { return madeUp() }, 1000},
	"with anything":   {func(*scene) apikey.Key { return anything() }, 0},
	"with a good key's check": {func(s *scene) apikey.Key {
		return parsed(anything().Reveal()[:63] + s.unknown().Reveal()[63:])
	}, 0},
}

// TestFlood: while somebody makes up keys, in ten seconds and over and over, every good key with a seal is answered at once,
// read before or not; and the reads that the others cause are bounded.
func TestFlood(t *testing.T) {
	for name, flood := range floods {
		for made, rounds := range map[int]int{1_000: 5, 100_000: 1} {
			t.Run(name+"/"+strconv.Itoa(made), func(t *testing.T) {
				s := newScene(t, nil)
				s.key(apikey.Record{}) // there is a seal
				for round := range rounds {
					const goods = 100
					for range goods {
						for range made / goods {
							if _, err := s.checker.Check(t.Context(), flood.makes(s)); err == nil {
								t.Fatal("a key that was made up is good")
							}
						}
						if reads := s.store.gets.Swap(0); reads > flood.most {
							t.Fatalf("round %d: %d reads", round, reads)
						}
						good := s.key(apikey.Record{})
						s.check("a good key that was not read before", good, "")
						s.wantReads("a good key that was not read before", 1)
						s.advance(10 * time.Second / goods)
					}
				}
			})
		}
	}
}

// TestFloodInFlight: the same where all of them, and the good keys among them, are under way at once.
func TestFloodInFlight(t *testing.T) {
	for name, flood := range floods {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t, nil)
				var goods []apikey.Key
				for range 200 {
					goods = append(goods, s.key(apikey.Record{}))
				}
				s.store.hold = make(chan struct{})
				var all sync.WaitGroup
				for range 5_000 {
					key := flood.makes(s)
					all.Go(func() {
						if _, err := s.checker.Check(t.Context(), key); err == nil {
							t.Error("a key that was made up is good")
						}
					})
				}
				synctest.Wait()
				for _, good := range goods {
					all.Go(func() { s.check("a good key", good, "") })
				}
				synctest.Wait()
				if reads := s.store.gets.Load(); reads > flood.most+int64(len(goods)) {
					t.Errorf("%d reads are under way", reads)
				}
				close(s.store.hold)
				all.Wait()
			})
		})
	}
}

// TestFloodAndOldKeys: what has no seal is behind one bound with what was made up like it. Such keys that were found before go
// on being found, and others are not called unknown: nobody knows. Once the flood is over they are read.
func TestFloodAndOldKeys(t *testing.T) {
	s := newScene(t, nil)
	s.key(apikey.Record{}) // there is a seal
	known := s.old(apikey.Record{})
	s.check("before the flood", known, "")
	s.wantReads("before the flood", 1)
	for range 3 {
		s.advance(time.Minute)
		counts := map[string]int{}
		for range 10_000 {
			_, err := s.checker.Check(t.Context(), madeUp())
			counts[outcome(err)]++
		}
		s.wantReads("the flood", 1000)
		if counts[string(authorizers.CodeAPIKeyUnknown)] != 1000 || counts["flooded"] != 9000 {
			t.Errorf("outcomes %v", counts)
		}
		s.check("an old key that was found before", known, "")
		s.wantReads("an old key that was found before", 1)
		newcomer := s.old(apikey.Record{})
		s.check("an old key that was not", newcomer, flooded)
		s.advance(9 * time.Second)
		s.check("an old key that was not, nine seconds later", newcomer, flooded)
		s.advance(time.Second)
		s.check("the same ten seconds later", newcomer, "")
		s.wantReads("an old key that was not", 1)
	}
}

// TestFloodWithTheSeal: who has the seal can make up keys that are looked up, and within the bound still. Once the seal is
// renewed, keys of the new one are not theirs to close.
func TestFloodWithTheSeal(t *testing.T) {
	s := newScene(t, func(c *apikey.Config) { c.MaxUnknown = 50 })
	known := s.key(apikey.Record{})
	s.check("before the flood", known, "")
	s.wantReads("before the flood", 1)
	stolen, err := s.store.Seal(t.Context(), start)
	s.must(err)
	flood := func(step string) {
		t.Helper()
		for range 1000 {
			if _, err := s.checker.Check(t.Context(), stolen.New()); err == nil {
				t.Fatal("a key that was made up is good")
			}
		}
		s.wantReads(step, 50)
	}
	flood("the flood")
	s.check("a key that was found before", known, "")
	s.check("a good key that was not", s.key(apikey.Record{}), flooded)
	s.renew()
	s.advance(time.Minute)
	flood("with a seal that was renewed")
	s.check("a good key of the new seal", s.key(apikey.Record{}), "")
	s.check("a key that was found before", known, "")
}

// TestFloodOnAStoreThatIsDown: reads that fail are bounded as well, or a flood would hold a store down that is throttled.
func TestFloodOnAStoreThatIsDown(t *testing.T) {
	s := newScene(t, nil)
	known, made := s.key(apikey.Record{}), madeUp()
	s.check("before the flood", known, "")
	s.wantReads("before the flood", 1)
	s.advance(time.Minute)
	s.store.down.Store(true)
	for range 5_000 {
		if _, err := s.checker.Check(t.Context(), madeUp()); outcome(err) != "unavailable" && outcome(err) != "flooded" {
			t.Fatalf("while the store is down: %v", err)
		}
	}
	s.check("while the store is down", made, flooded)
	s.wantReads("the flood", 1000)
	s.wantSealReads("the flood", 2)
	s.store.down.Store(false)
	s.check("a key that was found before", known, "")
	s.advance(10 * time.Second)
	s.check("ten seconds later", made, authorizers.CodeAPIKeyUnknown)
}

// TestKnownIDs: ids are no secret. Of one that was found, another secret is refused without a read, also where the record is
// no longer believed or never was.
func TestKnownIDs(t *testing.T) {
	s := newScene(t, func(c *apikey.Config) { c.FoundFor = 0 })
	keys := []apikey.Key{s.key(apikey.Record{}), s.old(apikey.Record{})}
	for _, key := range keys {
		s.store.gets.Store(0)
		s.check("a good key", key, "")
		s.check("a good key", key, "")
		s.wantReads("each time", 2)
		for range 1000 {
			s.check("its id", forged(key), authorizers.CodeAPIKeySecret)
			s.advance(time.Second)
		}
		s.wantReads("its id", 0)
		s.must(s.store.Delete(t.Context(), key.ID()))
		s.check("its id, when it is gone", forged(key), authorizers.CodeAPIKeySecret)
		s.check("the key, when it is gone", key, authorizers.CodeAPIKeyUnknown)
	}
}
