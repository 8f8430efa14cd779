// Checks what the log serves with code that is not ours: golang.org/x/mod/sumdb, as Go itself checks its modules.
//
//	check-log log FOLDER      reads FOLDER/vkeys (a line each, the log's first), checkpoint, tile/…, proofs/*.tlog-proof, pairs
//	check-log http URL VKEYS [TOKENFILE]
//	                          reads the same of a log over HTTP: every tile and entry, a proof of every 1,000th entry, and proves for
//	                          itself that the log grew from some sizes to its own; VKEYS is a file, TOKENFILE holds a reader's token
//	check-log sign NAME TEXT  prints a verifier key, a blank line, and TEXT as a note that this key signed
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// A witness's key: cosignature/v1 of C2SP, which x/mod does not know.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (c *cosigner) Name() string    { return c.name }
func (c *cosigner) KeyHash() uint32 { return c.hash }
func (c *cosigner) Verify(msg, sig []byte) bool {
	if len(sig) != 72 {
		return false
	}
	signed := fmt.Sprintf("cosignature/v1\ntime %d\n%s", binary.BigEndian.Uint64(sig), msg)
	return ed25519.Verify(c.key, []byte(signed), sig[8:])
}

func verifierOf(vkey string) (note.Verifier, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return nil, errors.New("not a verifier key: " + vkey)
	}
	key, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(key) != 33 {
		return nil, fmt.Errorf("%s: %v", vkey, err)
	}
	if key[0] != 4 {
		return note.NewVerifier(vkey)
	}
	sum := sha256.Sum256(append([]byte(parts[0]+"\n"), key...))
	hash := binary.BigEndian.Uint32(sum[:])
	if fmt.Sprintf("%08x", hash) != parts[1] {
		return nil, errors.New("wrong hash: " + vkey)
	}
	return &cosigner{parts[0], hash, key[1:]}, nil
}

// openCheckpoint demands that every signature is by a key that was given, and holds.
func openCheckpoint(msg []byte, verifiers note.Verifiers, origin string, signatures int) (tlog.Tree, error) {
	opened, err := note.Open(msg, verifiers)
	if err != nil {
		return tlog.Tree{}, err
	}
	if len(opened.Sigs) != signatures || len(opened.UnverifiedSigs) != 0 {
		return tlog.Tree{}, fmt.Errorf("%d signatures hold, %d are unknown", len(opened.Sigs), len(opened.UnverifiedSigs))
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != origin || lines[3] != "" {
		return tlog.Tree{}, fmt.Errorf("not a checkpoint of %s: %q", origin, opened.Text)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

// site is a log over HTTP.
type site struct {
	url, token string
	files      int
}

func (s *site) get(path, contentType string) ([]byte, error) {
	request, err := http.NewRequest("GET", s.url+"/"+path, nil)
	if err != nil {
		return nil, err
	}
	if s.token != "" && strings.HasPrefix(path, "tile/entries/") {
		request.Header.Set("Authorization", "Bearer "+s.token)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err == nil && (response.StatusCode != 200 || response.Header.Get("Content-Type") != contentType) {
		err = fmt.Errorf("%s: %s, %s", path, response.Status, response.Header.Get("Content-Type"))
	}
	s.files++
	return data, err
}

func (s *site) Height() int                     { return 8 }
func (s *site) SaveTiles([]tlog.Tile, [][]byte) {}
func (s *site) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(tiles))
	for i, tile := range tiles {
		var err error
		if data[i], err = s.get(pathOf(tile), "application/octet-stream"); err != nil {
			return nil, err
		}
	}
	return data, nil
}

func checkSite(url, vkeysFile, tokenFile string) error {
	keys, err := keysIn(vkeysFile)
	if err != nil {
		return err
	}
	s := &site{url: strings.TrimSuffix(url, "/")}
	if tokenFile != "" {
		token, err := os.ReadFile(tokenFile)
		if err != nil {
			return err
		}
		s.token = strings.TrimSpace(string(token))
	}
	origin, verifiers := keys[0].Name(), note.VerifierList(keys...)
	msg, err := s.get("checkpoint", "text/plain; charset=utf-8")
	if err != nil {
		return err
	}
	tree, err := openCheckpoint(msg, verifiers, origin, len(keys))
	if err != nil {
		return err
	}
	reader := tlog.TileHashReader(tree, s)
	for _, tile := range tlog.NewTiles(8, 0, tree.N) {
		if tile.W < 256 && int64(tile.W) != tree.N>>(8*tile.L)&255 {
			continue
		}
		want, err := tlog.ReadTileData(tile, reader)
		if err != nil {
			return fmt.Errorf("%s: %w", pathOf(tile), err)
		}
		have, err := s.get(pathOf(tile), "application/octet-stream")
		if err != nil || !bytes.Equal(want, have) {
			return fmt.Errorf("%s differs: %v", pathOf(tile), err)
		}
		if tile.L > 0 {
			continue
		}
		entries := strings.Replace(pathOf(tile), "tile/0/", "tile/entries/", 1)
		bundle, err := s.get(entries, "application/octet-stream")
		if err == nil {
			err = checkBundle(bundle, want)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", entries, err)
		}
	}
	proofs := 0
	for index := int64(0); index < tree.N; index += 1000 {
		data, err := s.get(fmt.Sprintf("proof/%d", index), "text/plain; charset=utf-8")
		if err == nil {
			err = checkProof(data, verifiers, origin, len(keys), reader)
		}
		if err != nil {
			return fmt.Errorf("proof %d: %w", index, err)
		}
		proofs++
	}
	grown := 0
	for old := int64(1); old < tree.N; old = old*3 + 1 {
		hash, err := tlog.TreeHash(old, reader)
		if err != nil {
			return err
		}
		proof, err := tlog.ProveTree(tree.N, old, reader)
		if err == nil {
			err = tlog.CheckTree(proof, tree.N, tree.Hash, old, hash)
		}
		if err != nil {
			return fmt.Errorf("from %d: %w", old, err)
		}
		grown++
	}
	fmt.Printf("%d entries, %d requests, %d proofs, %d consistency proofs, %d signatures\n", tree.N, s.files, proofs, grown, len(keys))
	return nil
}

func keysIn(file string) ([]note.Verifier, error) {
	vkeys, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var keys []note.Verifier
	for _, vkey := range strings.Fields(string(vkeys)) {
		key, err := verifierOf(vkey)
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return nil, errors.New("no keys in " + file)
	}
	return keys, nil
}

type folder struct{ path string }

func (f folder) Height() int                     { return 8 }
func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}
func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(tiles))
	for i, tile := range tiles {
		var err error
		if data[i], err = os.ReadFile(filepath.Join(f.path, pathOf(tile))); err != nil {
			return nil, err
		}
	}
	return data, nil
}

// C2SP leaves the height of 8 out of the path.
func pathOf(tile tlog.Tile) string { return strings.Replace(tile.Path(), "tile/8/", "tile/", 1) }

func checkLog(path string) error {
	keys, err := keysIn(filepath.Join(path, "vkeys"))
	if err != nil {
		return err
	}
	origin, verifiers := keys[0].Name(), note.VerifierList(keys...)
	msg, err := os.ReadFile(filepath.Join(path, "checkpoint"))
	if err != nil {
		return err
	}
	tree, err := openCheckpoint(msg, verifiers, origin, len(keys))
	if err != nil {
		return err
	}
	reader := tlog.TileHashReader(tree, folder{path})

	// Every tile, byte by byte, from hashes that Go authenticated; and no file that no tile of this size has.
	known := map[string]bool{}
	for _, tile := range tlog.NewTiles(8, 0, tree.N) {
		// Older releases of x/mod name every narrower width, too.
		if tile.W < 256 && int64(tile.W) != tree.N>>(8*tile.L)&255 {
			continue
		}
		want, err := tlog.ReadTileData(tile, reader)
		if err != nil {
			return fmt.Errorf("%s: %w", pathOf(tile), err)
		}
		have, err := os.ReadFile(filepath.Join(path, pathOf(tile)))
		if err != nil || !bytes.Equal(want, have) {
			return fmt.Errorf("%s differs: %v", pathOf(tile), err)
		}
		known[pathOf(tile)] = true
		if tile.L == 0 {
			entries := strings.Replace(pathOf(tile), "tile/0/", "tile/entries/", 1)
			if err := checkEntries(filepath.Join(path, entries), want); err != nil {
				return fmt.Errorf("%s: %w", entries, err)
			}
			known[entries] = true
		}
	}
	err = filepath.WalkDir(filepath.Join(path, "tile"), func(file string, entry fs.DirEntry, err error) error {
		name, _ := filepath.Rel(path, file)
		if err == nil && !entry.IsDir() && !known[name] {
			return errors.New("no tile of this size: " + name)
		}
		return err
	})
	if err != nil {
		return err
	}

	proofs, err := filepath.Glob(filepath.Join(path, "proofs", "*.tlog-proof"))
	if err != nil {
		return err
	}
	for _, file := range proofs {
		data, err := os.ReadFile(file)
		if err == nil {
			err = checkProof(data, verifiers, origin, len(keys), reader)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	pairs, err := checkPairs(filepath.Join(path, "pairs"), reader)
	if err != nil {
		return err
	}
	fmt.Printf("%d entries, %d files, %d proofs, %d pairs of sizes\n", tree.N, len(known), len(proofs), pairs)
	return nil
}

// checkEntries compares a bundle with its tile of leaf hashes.
func checkEntries(file string, leaves []byte) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	return checkBundle(data, leaves)
}

func checkBundle(data, leaves []byte) error {
	for i := 0; i < len(leaves); i += tlog.HashSize {
		if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
			return errors.New("cut off")
		}
		end := 2 + int(binary.BigEndian.Uint16(data))
		if hash := tlog.RecordHash(data[2:end]); !bytes.Equal(hash[:], leaves[i:i+tlog.HashSize]) {
			return fmt.Errorf("entry %d differs", i/tlog.HashSize)
		}
		data = data[end:]
	}
	if len(data) > 0 {
		return errors.New("bytes left over")
	}
	return nil
}

// checkProof reads a tlog-proof and checks it, and that Go would have made the same one.
func checkProof(data []byte, verifiers note.Verifiers, origin string, signatures int, reader tlog.HashReader) error {
	head, checkpoint, _ := strings.Cut(string(data), "\n\n")
	lines := strings.Split(head, "\n")
	if len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return errors.New("first line")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	if err != nil {
		return err
	}
	proof, err := hashesOf(lines[2:])
	if err != nil {
		return err
	}
	tree, err := openCheckpoint([]byte(checkpoint), verifiers, origin, signatures)
	if err != nil {
		return err
	}
	leaf, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, index)})
	if err != nil {
		return err
	}
	if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, leaf[0]); err != nil {
		return err
	}
	own, err := tlog.ProveRecord(tree.N, index, reader)
	if err != nil {
		return err
	}
	return same(own, proof)
}

// checkPairs reads lines `old size hash…`, a consistency proof each.
func checkPairs(file string, reader tlog.HashReader) (int, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	for _, line := range lines {
		words := strings.Fields(line)
		var older, newer tlog.Tree
		if older.N, err = strconv.ParseInt(words[0], 10, 64); err != nil {
			return 0, err
		}
		if newer.N, err = strconv.ParseInt(words[1], 10, 64); err != nil {
			return 0, err
		}
		for _, tree := range []*tlog.Tree{&older, &newer} {
			if tree.Hash, err = tlog.TreeHash(tree.N, reader); err != nil {
				return 0, err
			}
		}
		proof, err := hashesOf(words[2:])
		if err != nil {
			return 0, err
		}
		if err := tlog.CheckTree(proof, newer.N, newer.Hash, older.N, older.Hash); err != nil {
			return 0, fmt.Errorf("%s to %s: %w", words[0], words[1], err)
		}
		own, err := tlog.ProveTree(newer.N, older.N, reader)
		if err != nil {
			return 0, err
		}
		if err := same(tlog.RecordProof(own), proof); err != nil {
			return 0, err
		}
	}
	return len(lines), nil
}

func hashesOf(lines []string) ([]tlog.Hash, error) {
	var hashes []tlog.Hash
	for _, line := range lines {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return nil, err
		}
		hashes = append(hashes, hash)
	}
	return hashes, nil
}

func same(a tlog.RecordProof, b []tlog.Hash) error {
	if len(a) != len(b) {
		return fmt.Errorf("%d hashes, not %d", len(b), len(a))
	}
	for i := range a {
		if a[i] != b[i] {
			return fmt.Errorf("hash %d differs", i)
		}
	}
	return nil
}

func sign(name, text string) error {
	skey, vkey, err := note.GenerateKey(rand.Reader, name)
	if err != nil {
		return err
	}
	signer, err := note.NewSigner(skey)
	if err != nil {
		return err
	}
	msg, err := note.Sign(&note.Note{Text: text}, signer)
	fmt.Printf("%s\n\n%s", vkey, msg)
	return err
}

func main() {
	err := errors.New("usage: check-log log FOLDER | check-log http URL VKEYS [TOKENFILE] | check-log sign NAME TEXT")
	switch {
	case len(os.Args) == 3 && os.Args[1] == "log":
		err = checkLog(os.Args[2])
	case len(os.Args) == 4 && os.Args[1] == "http":
		err = checkSite(os.Args[2], os.Args[3], "")
	case len(os.Args) == 5 && os.Args[1] == "http":
		err = checkSite(os.Args[2], os.Args[3], os.Args[4])
	case len(os.Args) == 4 && os.Args[1] == "sign":
		err = sign(os.Args[2], os.Args[3])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
