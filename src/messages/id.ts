import type { Messages } from '../messages.ts';
import { camera } from './camera/id.ts';
import { consoleTexts } from './console/id.ts';
import { demoTexts } from './demo/id.ts';

export const id: Messages = {
  ...camera,
  ...consoleTexts,
  ...demoTexts,
  'error.bad_http': 'Permintaan ini bukan HTTP yang sah.',
  'error.invalid_json': 'Isi permintaan bukan JSON yang sah.',
  'error.invalid_request': 'Bentuk permintaan tidak sesuai dengan dokumentasi.',
  'error.invalid_base64': 'Gambar bukan base64 yang sah.',
  'error.invalid_image': 'Berkas gambar rusak, terpotong, atau sama sekali bukan gambar.',
  'error.invalid_clip': 'Berkas video rusak, terpotong, atau sama sekali bukan video.',
  'error.unauthorised': 'Kunci API yang sah diperlukan.',
  'error.console_read_only': 'Konsol server ini hanya dapat membaca: CONSOLE_RELABEL tidak aktif.',
  'error.forbidden_origin': 'Halaman dari asal ini tidak boleh membuka sesi di server ini.',
  'error.not_found': 'Tidak ada apa pun di alamat ini.',
  'error.console_closed':
    'Konsol tidak tersedia selama server belum memiliki kunci API: atur API_KEY, atau jalankan `bonafide keys create`.',
  'error.check_not_found': 'Tidak ada pemeriksaan aktif yang terbuka dengan id ini.',
  'error.method_not_allowed': 'Alamat ini tidak melayani metode tersebut.',
  'error.request_timeout': 'Permintaan tidak tiba tepat waktu.',
  'error.payload_too_large': 'Permintaan lebih besar daripada yang diterima server ini.',
  'error.too_many_pixels': 'Gambar memiliki lebih banyak piksel daripada yang diterima server ini.',
  'error.clip_too_long': 'Video lebih panjang daripada yang diterima server ini.',
  'error.unsupported_media_type': 'Tipe konten permintaan tidak diterima di sini.',
  'error.unsupported_format': 'Format gambar tidak didukung.',
  'error.no_face': 'Tidak ada wajah yang ditemukan dalam gambar.',
  'error.several_faces': 'Ada lebih dari satu wajah yang mungkin dimaksud.',
  'error.upgrade_required': 'Alamat ini hanya melayani WebSocket.',
  'error.too_many_frames': 'Gambar datang lebih cepat daripada yang diterima server ini.',
  'error.headers_too_large': 'Header permintaan terlalu besar.',
  'error.cancelled': 'Klien membatalkan permintaan.',
  'error.session_not_found': 'Tidak ada sesi dengan id ini, atau sesinya sudah dihapus.',
  'error.session_in_use': 'Sesi ini sudah memiliki aliran.',
  'error.too_many_unused_sessions': 'Terlalu banyak sesi yang dibuat tetapi alirannya tidak pernah dibuka.',
  'error.frame_in_flight': 'Sebuah gambar datang sebelum gambar sebelumnya dijawab.',
  'error.session_unknown': 'Sesi ini tidak ada atau sudah kedaluwarsa.',
  'error.forbidden_contract': 'Kunci API ini tidak boleh dipakai di sini.',
  'error.sample_not_found': 'Tidak ada gambar seperti itu di himpunan data.',
  'error.user_not_found': 'Tidak ada yang terdaftar dengan id ini.',
  'error.face_already_enrolled': 'Wajah ini sudah terdaftar dengan id lain.',
  'error.sample_labelled_otherwise': 'Gambar ini sudah tersimpan dengan label yang lain.',
  'error.template_of_another_model':
    'Orang ini didaftarkan dengan model lain, yang templatnya tidak dapat dibandingkan: daftarkan lagi.',
  'error.low_resolution': 'Jumlah piksel pada wajah terlalu sedikit.',
  'error.face_masked': 'Wajah memakai masker.',
  'error.face_not_comparable': 'Wajah tidak terlihat cukup jelas untuk dibandingkan.',
  'error.rate_limited': 'Kunci API ini mengirim terlalu banyak permintaan.',
  'error.session_used_up': 'Sesi ini sudah dipakai sebanyak yang diizinkan.',
  'error.store_unavailable': 'Basis data tidak dapat dihubungi.',
  'error.image_as_video': 'Kolom video berisi gambar: kirimkan di kolom image.',
  'error.video_as_image': 'Kolom image berisi video: kirimkan di kolom video.',
  'error.internal': 'Terjadi kesalahan di server.',
  'error.busy': 'Server sedang sibuk.',
  'error.perception_lost': 'Analisis terputus.',
  'error.too_many_sessions': 'Terlalu banyak sesi yang terbuka.',
  'error.shutting_down': 'Server sedang dimatikan.',
  'error.deadline_exceeded': 'Analisis memakan waktu terlalu lama.',

  'frames.real': 'Wajah asli terdeteksi',
  'frames.fake': 'Wajah palsu terdeteksi (foto/video)',
  'frames.error': 'Error: {message}',
  'frames.sign.several_faces': 'Ada lebih dari satu wajah dalam sebuah gambar.',
  'frames.sign.another_person': 'Gambar-gambar tidak menunjukkan orang yang sama.',
  'frames.sign.repeated_picture': 'Gambar yang sama dikirim lebih dari sekali.',
  'frames.sign.flat_picture': 'Wajah menyempit saat menoleh, seperti pada foto.',
  'frames.sign.attack_scores': 'Wajah ini tampak seperti foto atau layar.',
  'frames.sign.no_usable_frame':
    'Tidak ada gambar yang menampilkan wajah cukup besar dan cukup lurus untuk memastikan keasliannya.',
  'frames.sign.no_anti_spoof_model':
    'Model anti-spoof tidak terpasang: gambar-gambar ini tidak dapat dibedakan dari gambar yang diputar ulang.',
  'frames.sign.experimental_net':
    'Satu-satunya model anti-spoof di sini masih eksperimental: gambar-gambar ini tidak dapat dibedakan dengan pasti dari gambar yang diputar ulang.',

  'recognition.twice': 'Parameter {name} diberikan lebih dari sekali: berikan sekali saja.',
  'recognition.not_a_number': 'Parameter {name} harus berupa angka dari {from} sampai {to}.',
  'recognition.not_whole': 'Parameter {name} harus berupa bilangan bulat dari {from} sampai {to}.',
  'recognition.no_user_id': 'Parameter user_id tidak ada.',
  'recognition.bad_user_id':
    'Parameter user_id harus berupa teks paling banyak {bytes} byte tanpa karakter kontrol, dan bukan "." atau "..".',
  'recognition.bad_backend':
    'Parameter detector_backend harus berupa nama: huruf, angka, ".", "_", "+" dan "-", paling banyak 40.',
  'recognition.no_picture':
    'Kirim video di kolom video atau gambar di kolom image (multipart/form-data), atau JSON dengan image_base64.',
  'recognition.bad_label': 'Parameter label harus live atau spoof.',
  'recognition.no_image': 'Kirim gambar di kolom image (multipart/form-data), atau JSON dengan image_base64.',
  'recognition.not_text': 'Kolom {name} harus berupa teks.',
  'recognition.bad_consent':
    'Parameter consent harus berupa teks dari 1 sampai {bytes} byte tanpa karakter kontrol.',
  'recognition.registered': 'Berhasil terdaftar',
  'recognition.replaced': 'Berhasil terdaftar: pendaftaran sebelumnya telah diganti',
  'recognition.not_live': 'Keaslian wajah tidak dapat dipastikan',
  'recognition.heuristic':
    'Keaslian wajah tidak dapat dipastikan: server ini tidak memiliki model anti-spoofing',
  'recognition.experimental':
    'Keaslian wajah tidak dapat dipastikan: satu-satunya model anti-spoofing di server ini masih eksperimental',
  'recognition.ok': 'OK',
  'recognition.no_match': 'Wajah ini bukan wajah orang yang terdaftar',
  'recognition.not_identified': 'Wajah ini bukan wajah siapa pun yang terdaftar',
  'recognition.erased': 'Pendaftaran telah dihapus',

  'reason.anti_spoof_score': '{model} memberi wajah ini skor keaslian {live}.',
  'reason.anti_spoof_score_missing': '{model} tidak dapat menilai wajah ini.',
  'reason.anti_spoof_model_missing':
    '{model} diminta, tetapi tidak terpasang; putusan tidak diambil dari model lainnya saja.',
  'reason.no_anti_spoof_model':
    'Tidak ada model anti-spoof yang terpasang, jadi gambar diam tidak dapat menunjukkan apakah wajah ini asli.',
  'reason.experimental_net':
    'Satu-satunya model anti-spoof di sini masih eksperimental: penilaiannya saja tidak mendaftarkan siapa pun dan tidak mengesahkan swafoto untuk verifikasi identitas.',
  'reason.between_thresholds':
    'Skor berada di antara batas serangan ({attack}) dan batas wajah asli ({live}).',
  'reason.face_too_small':
    'Lebar wajah {side} piksel; paling sedikit harus {minimum}. Mendekatlah ke kamera.',
  'reason.face_cut_off': 'Hanya {visible} wajah yang ada di dalam gambar. Posisikan wajah di tengah.',
  'reason.face_too_close': 'Wajah memenuhi gambar. Jauhkan kamera agar sekeliling wajah ikut terlihat.',
  'reason.face_blurred': 'Wajah terlihat kabur. Pegang kamera dengan stabil dan bersihkan lensanya.',
  'reason.face_too_dark': 'Wajah terlalu gelap. Cari tempat yang lebih terang.',
  'reason.face_too_bright': 'Cahaya pada wajah terlalu terang. Jauhi sumber cahaya itu.',
  'reason.face_turned_away': 'Wajah terlalu berpaling (toleh {yaw}°, angguk {pitch}°). Lihat ke kamera.',
  'reason.pose_unknown': 'Arah wajah tidak dapat diukur.',
  'reason.grid_pattern': 'Tekstur menunjukkan pola kisi yang teratur, seperti pada layar ({value}).',
  'reason.glare':
    'Sebagian wajah tertutup pantulan cahaya, seperti pada kertas mengilap atau kaca ({value}).',
  'reason.straight_lines': 'Di sekitar wajah ada garis lurus, seperti tepi kertas atau layar ({value}).',
  'reason.too_few_frames':
    'Video memiliki terlalu sedikit frame per detik untuk memperlihatkan kedipan ({frameRate}; paling sedikit {minimum}).',
  'reason.too_few_frames.single':
    'Video hanya berisi satu frame; untuk memperlihatkan kedipan diperlukan paling sedikit {minimum} per detik.',
  'reason.blink_seen': 'Terlihat {count} kedipan.',
  'reason.blink_seen.once': 'Terlihat satu kedipan.',
  'reason.no_face': 'Tidak ada wajah yang terlihat.',
  'reason.several_faces':
    'Ada lebih dari satu wajah yang mungkin dimaksud. Hanya satu orang yang boleh terlihat.',
  'reason.no_blink': 'Tidak ada kedipan yang terlihat. Lihat ke kamera, lalu tutup dan buka kedua mata.',
  'reason.face_changed': 'Wajah yang terlihat tidak sama dari awal sampai akhir.',
  'reason.not_the_selfie': 'Wajah ini bukan wajah pada gambar yang menjadi dasar pemeriksaan ini.',
  'reason.same_as_selfie': 'Wajah ini sama dengan wajah pada gambar yang menjadi dasar pemeriksaan ini.',
  'reason.face_not_comparable':
    'Wajah tidak terlihat cukup jelas untuk dibandingkan. Mendekatlah, lihat ke kamera, dan pastikan cahayanya cukup.',
  'reason.attack_signs': 'Model anti-spoof menganggap video ini sebagai serangan.',
  'reason.no_attack_signs': 'Model anti-spoof tidak menganggap video ini sebagai serangan.',
  'reason.passive_inconclusive':
    'Model anti-spoof tidak yakin bahwa wajah ini asli. Mendekatlah, dan pastikan cahayanya merata.',
  'reason.turns_alone':
    'Tidak ada model anti-spoof tepercaya yang terpasang: hasil ini hanya bertumpu pada gerakan kepala, dan rekaman orang yang mengikuti perintah dapat lolos.',
  'reason.no_anti_spoof_model_for_clip':
    'Tidak ada model anti-spoof yang terpasang: video ini tidak dapat dibedakan dari rekaman yang diputar ulang.',
  'reason.too_few_faces':
    'Wajah terlihat sendirian dalam {count} bingkai video; dibutuhkan setidaknya {minimum}.',
  'reason.too_few_live': 'Wajah tampak asli dalam {ratio} bingkai; dibutuhkan setidaknya {minimum}.',
  'reason.closing_one_eye': 'Satu mata menutup, tetapi yang lain tidak.',
  'reason.closing_too_short': 'Mata menutup terlalu singkat untuk sebuah kedipan.',
  'reason.closing_too_long': 'Mata menutup, atau melihat ke bawah, terlalu lama untuk sebuah kedipan.',
  'reason.closing_too_noisy':
    'Gambar terlalu tidak stabil untuk memastikan apakah mata menutup. Tambahkan cahaya.',
  'reason.closing_face_turned': 'Mata menutup saat kepala menoleh. Lihat ke kamera.',
  'reason.closing_head_moved': 'Mata menutup saat kepala bergerak. Jangan gerakkan kepala.',
  'reason.closing_face_warped': 'Seluruh wajah menyempit, seperti pada gambar yang dimiringkan atau ditekuk.',
  'reason.closing_covered': 'Sesuatu melintas di depan mata.',
  'reason.closing_abrupt': 'Mata menutup dan membuka tanpa gerakan kelopak.',
};
